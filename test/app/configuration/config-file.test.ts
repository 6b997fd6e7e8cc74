import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { type ConfigFile, readConfigFile } from '../../../src/app/configuration/config-file.js';
import { fileSchema } from '../../../src/app/configuration/file-shape.js';
import { tempFolder } from '../../support/temp-folder.js';

const folder = tempFolder();

const aFile = (content: unknown, mode = 0o644): string => {
  const file = folder.write(typeof content === 'string' ? content : JSON.stringify(content), 'config.json');
  chmodSync(file, mode);
  return file;
};

const read = (content: unknown, mode?: number): ConfigFile => {
  const file = readConfigFile(aFile(content, mode));
  if (file === null) throw new Error('a file that is named was taken for none');
  return file;
};

/** What is wrong with it, with FILE for its path. */
const problems = (content: unknown, mode?: number): readonly string[] => {
  const { path, problems: told } = read(content, mode);
  return told.map((problem) => problem.replaceAll(path, 'FILE'));
};

const valuesOf = (content: unknown, mode?: number) => Object.fromEntries(read(content, mode).values);

describe('a configuration file', () => {
  it('says what the variables say', () => {
    const content = {
      $schema: './hedgehog.schema.json',
      environment: 'production',
      exchange: 'simulator',
      live: true,
      control: { port: 0, insecure: false },
      log: { level: 'warn' },
      tape: { loop: true, pace: '50/s' },
    };
    expect(read(content).problems).toEqual([]);
    expect(valuesOf(content)).toEqual({
      HEDGEHOG_ENV: 'production',
      HEDGEHOG_EXCHANGE: 'simulator',
      HEDGEHOG_LIVE: 'yes',
      HEDGEHOG_CONTROL_PORT: '0',
      HEDGEHOG_CONTROL_INSECURE: 'no',
      HEDGEHOG_LOG_LEVEL: 'warn',
      HEDGEHOG_TAPE_LOOP: 'on',
      HEDGEHOG_TAPE_PACE: '50/s',
    });
  });

  it('may begin with a byte order mark, and hold nothing', () => {
    expect(read('\ufeff{}')).toMatchObject({ problems: [], values: new Map() });
  });

  it('names paths from its own folder', () => {
    mkdirSync(folder.path('sub'));
    const file = folder.path('sub/hedgehog.json');
    const content = {
      dataDirectory: 'data',
      api: { secretFile: '/etc/hedgehog/secret.json', privateKeyFile: '../key.pem' },
      tape: { files: ['a.csv', 'XRPUSDT=b.csv', 'BTCUSDT=/srv/c.csv'] },
    };
    writeFileSync(file, JSON.stringify(content));
    expect(Object.fromEntries(readConfigFile(file)?.values ?? [])).toEqual({
      HEDGEHOG_DATA_DIR: folder.path('sub/data'),
      HEDGEHOG_API_SECRET_FILE: '/etc/hedgehog/secret.json',
      HEDGEHOG_API_PRIVATE_KEY_FILE: folder.path('key.pem'),
      HEDGEHOG_TAPE: `${folder.path('sub/a.csv')},XRPUSDT=${folder.path('sub/b.csv')},BTCUSDT=/srv/c.csv`,
    });
    expect(valuesOf({ tape: { files: '/a.csv, XRPUSDT=/b.csv' } })).toEqual({
      HEDGEHOG_TAPE: '/a.csv,XRPUSDT=/b.csv',
    });
  });

  it('is told of everything that is wrong in it, and gives the rest', () => {
    const content = {
      exchange: 'kraken',
      exchnage: 'mock',
      live: 'yes',
      control: { port: '7749', prot: 1, host: '' },
      database: 'mine',
      url: 'postgres://h/d',
      colour: 'red',
      tape: { files: ['a.csv', 3], pace: 50, loop: true },
    };
    expect(problems(content).toSorted()).toEqual(
      [
        'exchange in FILE is "kraken"; allowed is mock, binance, binance-testnet, binance-demo, simulator',
        '"exchnage" in FILE is unknown; did you mean exchange?',
        'live in FILE is "yes"; allowed is true or false',
        'control.port in FILE is "7749"; allowed is a whole number from 0 to 65535',
        '"control.prot" in FILE is unknown; did you mean control.port?',
        'control.host in FILE is ""; allowed is text that is not empty',
        'database in FILE is of another kind; allowed is an object',
        '"url" in FILE is unknown; did you mean database.url?',
        '"colour" in FILE is unknown; hedgehog config --help lists all keys',
        'tape.files in FILE is a list; allowed is the path of a file, or a list of such',
        'tape.pace in FILE is the number 50; allowed is text',
      ].toSorted(),
    );
    expect(valuesOf(content)).toEqual({ HEDGEHOG_TAPE_LOOP: 'on' });
  });

  it.each([-1, 65_536, 1.5])('takes no port %p', (port) => {
    expect(problems({ control: { port } })).toEqual([
      `control.port in FILE is the number ${port}; allowed is a whole number from 0 to 65535`,
    ]);
  });

  it.each([[[]], ['text'], [null], [7]])('is an object, and not %j', (content) => {
    expect(problems(JSON.stringify(content))).toEqual([
      expect.stringMatching(/^FILE holds .+; allowed is an object$/),
    ]);
  });

  it('that is no JSON is refused with the place, and without what stands there', () => {
    const file = aFile('{\n  "api": {"secret": "SECRET" "key": "KEY"}\n}', 0o600);
    expect(() => readConfigFile(file)).toThrow(`${file} is not JSON from line 2, column 30 on`);
    expect(() => readConfigFile(file)).not.toThrow(/SECRET|KEY/);
  });

  it('that is named and is not there is refused, and a folder too', () => {
    expect(() => readConfigFile(folder.path('nowhere'))).toThrow('there is no such file');
    expect(() => readConfigFile(folder.path('.'))).toThrow('it is a directory');
  });

  it('need not be there when none is named', () => {
    expect(readConfigFile(undefined)).toBeNull();
  });
});

describe('a secret in it', () => {
  const SECRETS = [
    { api: { key: 'KEY' } },
    { api: { secret: 'SECRET' } },
    { database: { url: 'postgres://me:SECRET@host/db' } },
    { database: { url: 'postgres://me@host/db?password=SECRET' } },
    { database: { url: 'SECRET, and no URL' } },
  ];

  it.each(SECRETS)('takes a file that is its owner alone: %j', (content) => {
    for (const mode of [0o644, 0o640, 0o604, 0o660])
      expect(problems(content, mode)).toEqual([
        `FILE holds a secret and has mode ${mode.toString(8).padStart(4, '0')}; allowed are 0600 and 0400`,
      ]);
    for (const mode of [0o600, 0o400]) expect(problems(content, mode)).toEqual([]);
  });

  it('is no URL without a password', () => {
    expect(problems({ database: { url: 'postgres://me@host/db' } }, 0o644)).toEqual([]);
  });

  it('is not in what is said of it', () => {
    expect(
      problems({ api: { secret: 4_711, key: ['4711'] }, database: { url: { a: 4_711 } } }, 0o600),
    ).toEqual([
      'database.url in FILE is of another kind; allowed is text',
      'api.key in FILE is of another kind; allowed is text',
      'api.secret in FILE is of another kind; allowed is text',
    ]);
  });

  it('is not in what is said of it when it stands where its object belongs', () => {
    expect(problems({ api: 'SECRET', database: 'postgres://me:SECRET@host/db' }, 0o600)).toEqual([
      'database in FILE is of another kind; allowed is an object',
      'api in FILE is of another kind; allowed is an object',
    ]);
  });
});

describe('its JSON Schema', () => {
  const validate = new Ajv2020().compile(fileSchema());

  it.each([
    [{ exchange: 'mock', control: { port: 0 }, tape: { files: ['a'], loop: true } }, true],
    [{ exchange: 'kraken' }, false],
    [{ control: { prot: 1 } }, false],
    [{ live: 'yes' }, false],
    [{ control: { port: 70_000 } }, false],
    [{ colour: 'red' }, false],
  ])('says of %j what the reader says', (content, isRight) => {
    expect(validate(content)).toBe(isRight);
    expect(problems(content).length === 0).toBe(isRight);
  });
});
