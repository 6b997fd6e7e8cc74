import { describe, expect, it } from '@jest/globals';
import type { ConfigFile } from '../../../src/app/configuration/config-file.js';
import { type Flag, inUsersWords, merged } from '../../../src/app/configuration/configuration.js';

const FILE: ConfigFile = {
  path: 'my.json',
  values: new Map([
    ['HEDGEHOG_EXCHANGE', 'binance-demo'],
    ['HEDGEHOG_LOG_LEVEL', 'warn'],
    ['HEDGEHOG_ENV', 'test'],
  ]),
  problems: ['something is wrong in my.json'],
};
const FLAG: Flag = { flag: '--exchange', variable: 'HEDGEHOG_EXCHANGE', value: 'simulator' };
const NO_FLAG: Flag = { flag: '--environment', variable: 'HEDGEHOG_ENV', value: undefined };

const origins = (...given: Parameters<typeof merged>) =>
  Object.fromEntries(
    merged(...given)
      .settings.filter(({ origin }) => origin.kind !== 'default')
      .map(({ key, value, origin }) => [key.key, `${value} ${origin.kind}`]),
  );

describe('what counts', () => {
  it('is the flag before the environment, the environment before the file', () => {
    const environment = { HEDGEHOG_EXCHANGE: 'mock', HEDGEHOG_LOG_LEVEL: 'debug', PATH: '/bin' };
    expect(origins(environment, FILE, [FLAG, NO_FLAG])).toEqual({
      exchange: 'simulator flag',
      'log.level': 'debug environment',
      environment: 'test file',
    });
    expect(merged(environment, FILE, [FLAG, NO_FLAG]).environment).toEqual({
      HEDGEHOG_EXCHANGE: 'simulator',
      HEDGEHOG_LOG_LEVEL: 'debug',
      HEDGEHOG_ENV: 'test',
      PATH: '/bin',
    });
  });

  it('is the file where a variable is set to nothing', () => {
    expect(origins({ HEDGEHOG_LOG_LEVEL: '' }, FILE, [])).toMatchObject({ 'log.level': 'warn file' });
    expect(merged({ HEDGEHOG_LOG_LEVEL: '' }, FILE, []).environment.HEDGEHOG_LOG_LEVEL).toBe('warn');
  });

  it('is the default where it is set nowhere, which no reader is told', () => {
    const { settings, environment } = merged({}, null, []);
    expect(settings.find(({ key }) => key.key === 'control.port')).toMatchObject({
      value: '7749',
      origin: { kind: 'default' },
    });
    expect(environment).toEqual({});
  });
});

describe('what is wrong', () => {
  it('is what the file tells, and every variable that is unknown', () => {
    const environment = {
      HEDGEHOG_EXCHNAGE: 'binance',
      HEDGEHOG_DATABASE_URL: 'postgres://h/SECRET',
      HEDGEHOG_SOMETHING: '1',
      EXCHNAGE: 'x',
    };
    expect(merged(environment, FILE, []).problems).toEqual([
      'something is wrong in my.json',
      'the variable HEDGEHOG_EXCHNAGE is unknown; did you mean HEDGEHOG_EXCHANGE?',
      'the variable HEDGEHOG_DATABASE_URL is unknown; did you mean DATABASE_URL?',
      'the variable HEDGEHOG_SOMETHING is unknown; hedgehog config --help lists all variables',
    ]);
  });

  it('is no variable of the tests, and none that is set to nothing', () => {
    const environment = { HEDGEHOG_SUITE: 'lives', HEDGEHOG_TAPES: '/tapes', HEDGEHOG_EXCHNAGE: '' };
    expect(merged(environment, null, []).problems).toEqual([]);
  });
});

describe("a message in the user's words", () => {
  const { settings } = merged({ HEDGEHOG_LOG_LEVEL: 'loud' }, FILE, [FLAG]);

  it('names the flag, the variable, or the key with its file', () => {
    expect(
      inUsersWords(
        'HEDGEHOG_EXCHANGE is "x", HEDGEHOG_LOG_LEVEL is "loud", HEDGEHOG_ENV is "prod"',
        settings,
      ),
    ).toBe('--exchange is "x", HEDGEHOG_LOG_LEVEL is "loud", environment in my.json is "prod"');
  });

  it('leaves variables that are set nowhere or are proposed, and those that it does not know', () => {
    const message = 'HEDGEHOG_LIVE, HEDGEHOG_ENV=test, HEDGEHOG_ENVIRONMENT; did you mean HEDGEHOG_ENV?';
    expect(inUsersWords(message, settings)).toBe(message);
  });
});
