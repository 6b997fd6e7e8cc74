import { describe, expect, it } from '@jest/globals';
import { readStartConfig } from '../../src/app/start-config.js';
import { InputError } from '../../src/platform/input-error.js';

const TAPE = 'test/fixtures/tapes/XRPUSDT-e2e.csv.gz';
const FOLDER = 'test/fixtures/tapes';

/** Each with a value that the mock takes. */
const OF_MOCK = {
  HEDGEHOG_TAPE: TAPE,
  HEDGEHOG_TAPES_FOLDER: FOLDER,
  HEDGEHOG_TAPE_PACE: '50/s',
  HEDGEHOG_TAPE_LOOP: 'on',
  HEDGEHOG_EXCHANGE_INFO: 'seeds/exchange-info.json',
  HEDGEHOG_FILL_MODEL: 'tape',
};
const VARIABLES = Object.entries(OF_MOCK);

async function problems(environment: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const error: unknown = await readStartConfig(environment).then(
    () => {
      throw new Error('it was taken');
    },
    (reason: unknown) => reason,
  );
  if (!(error instanceof InputError)) throw error;
  const [head, ...told] = error.message.split('\n  ');
  expect(head).toBe('the configuration cannot be used:');
  return told;
}

describe('what is said of the exchange in the process', () => {
  it.each(VARIABLES)('%s is taken with the mock', async (variable, value) => {
    const { exchange } = await readStartConfig({ [variable]: value });
    expect(exchange.kind).toBe('mock');
  });

  it.each(VARIABLES)('%s is refused with another exchange', async (variable, value) => {
    expect(await problems({ HEDGEHOG_EXCHANGE: 'simulator', [variable]: value })).toEqual([
      `${variable} is "${value}": it is for the exchange mock, and HEDGEHOG_EXCHANGE is "simulator"`,
    ]);
  });

  it('is told of all at once, with whatever else is wrong', async () => {
    const told = await problems({ HEDGEHOG_EXCHANGE: 'simulator', HEDGEHOG_LOG_LEVEL: 'loud', ...OF_MOCK });
    expect(told).toHaveLength(VARIABLES.length + 1);
    for (const [variable] of VARIABLES) expect(told.join('\n')).toContain(`${variable} is `);
    expect(told.join('\n')).toContain('HEDGEHOG_LOG_LEVEL is "loud"; allowed is error, warn, info, debug');
  });

  it('may be set to nothing beside another exchange, which counts as not set', async () => {
    const empty = Object.fromEntries(VARIABLES.map(([variable]) => [variable, '']));
    const { exchange, logs } = await readStartConfig({ HEDGEHOG_EXCHANGE: 'simulator', ...empty });
    expect(exchange).toMatchObject({ kind: 'remote', name: 'simulator', isRealMoney: false });
    expect(logs.levels.app).toBe('info');
  });
});

describe('the mock', () => {
  it('has the bundled symbols, no tape, whole fills and the recorded pace unless told otherwise', async () => {
    const { exchange } = await readStartConfig({});
    expect(exchange).toMatchObject({
      name: 'mock',
      fillModel: 'book',
      loops: false,
      pace: { kind: 'recorded', speed: 1 },
      tapes: new Map(),
    });
  });

  it('fills as the model says that is named', async () => {
    expect((await readStartConfig({ HEDGEHOG_FILL_MODEL: 'tape' })).exchange).toMatchObject({
      fillModel: 'tape',
    });
    expect(await problems({ HEDGEHOG_FILL_MODEL: 'all' })).toEqual([
      'HEDGEHOG_FILL_MODEL is "all"; allowed is book, tape',
    ]);
  });

  it('takes tapes from files or from a folder, and not from both', async () => {
    expect(await problems({ HEDGEHOG_TAPE: TAPE, HEDGEHOG_TAPES_FOLDER: FOLDER })).toEqual([
      `HEDGEHOG_TAPE is "${TAPE}": HEDGEHOG_TAPES_FOLDER is "${FOLDER}" as well; allowed is one of the two`,
    ]);
  });
});

it('a variable that chooses the exchange wrongly is told beside the others', async () => {
  const told = await problems({
    HEDGEHOG_EXCHANGE: 'kraken',
    HEDGEHOG_TAPE_PACE: 'fast',
    HEDGEHOG_ENV: 'prod',
  });
  expect(told).toHaveLength(3);
  expect(told.join('\n')).toContain('HEDGEHOG_EXCHANGE is "kraken"');
  expect(told.join('\n')).toContain('HEDGEHOG_TAPE_PACE is "fast"');
  expect(told.join('\n')).toContain('HEDGEHOG_ENV is "prod"');
});

describe('HEDGEHOG_KEEP_TRADES', () => {
  it.each(['mock', 'simulator'])(
    'is taken with %s; without it trades are kept for ever',
    async (exchange) => {
      const { retention } = await readStartConfig({
        HEDGEHOG_EXCHANGE: exchange,
        HEDGEHOG_KEEP_TRADES: '2d',
      });
      expect(retention).toEqual({ keepTradesMs: 172_800_000 });
      expect((await readStartConfig({ HEDGEHOG_EXCHANGE: exchange })).retention).toEqual({
        keepTradesMs: null,
      });
    },
  );

  it('is refused when it is no age', async () => {
    expect(await problems({ HEDGEHOG_KEEP_TRADES: '2 weeks' })).toEqual([
      expect.stringContaining('HEDGEHOG_KEEP_TRADES is "2 weeks"'),
    ]);
  });
});
