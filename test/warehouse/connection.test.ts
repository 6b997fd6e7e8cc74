import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import type { Clock } from '../../src/ports/clock.js';
import { type Environment, fileNameOf, targetOf } from '../../src/warehouse/connection.js';
import { openDatabase } from '../../src/warehouse/database.js';
import { aLog } from '../support/log.js';
import { impostors } from '../support/postgres-impostor.js';

const servers = impostors();
const SECRET = 'hunter2-hunter2';

/** Waits for nothing, and believes it has waited. */
function impatientClock(): Clock {
  let elapsedMs = 0;
  return {
    wallMs: () => elapsedMs,
    monotonicMs: () => elapsedMs,
    after(delayMs, run) {
      elapsedMs += delayMs;
      const immediate = setImmediate(run);
      return () => clearImmediate(immediate);
    },
  };
}

describe('the name of files of a database', () => {
  const nameOf = (environment: Environment): string => fileNameOf(targetOf(environment));

  it('is the name of the database on our own server', () => {
    expect(nameOf({ HEDGEHOG_DATABASE: 'mine' })).toBe('mine');
  });

  it('is another one for each server, port and database, and the same for whoever connects', () => {
    const names = [
      'postgres://h/hedgehog_development',
      'postgres://h:5433/hedgehog_development',
      'postgres://other/hedgehog_development',
      'postgres://h/hedgehog development',
      'postgres:///hedgehog_development?host=/run/postgresql',
    ].map((DATABASE_URL) => nameOf({ DATABASE_URL }));
    expect(new Set([...names, 'hedgehog_development']).size).toBe(6);
    for (const name of names) expect(name).toMatch(/^hedgehog_development-[0-9a-f]{10}$/);
    expect(nameOf({ DATABASE_URL: 'postgres://me:secret@h:5432/?sslmode=disable' })).toBe(names[0]);
  });

  it('goes no way up, and stays short', () => {
    expect(nameOf({ DATABASE_URL: `postgres://h/..%2F${'x'.repeat(100)}` })).toMatch(
      /^___x{37}-[0-9a-f]{10}$/,
    );
  });
});

describe('targetOf', () => {
  it.each([
    [{}, 'hedgehog_development'],
    [{ HEDGEHOG_ENV: '' }, 'hedgehog_development'],
    [{ HEDGEHOG_ENV: 'test' }, 'hedgehog_test'],
    [{ HEDGEHOG_ENV: 'production' }, 'hedgehog_production'],
    [{ DATABASE_URL: 'postgres://localhost/mine', HEDGEHOG_ENV: 'test' }, 'mine'],
    [{ DATABASE_URL: 'postgresql://localhost', HEDGEHOG_ENV: 'test' }, 'hedgehog_test'],
  ])('%j names the database %s', (environment, database) => {
    expect(targetOf(environment).database).toBe(database);
  });

  it('is called as HEDGEHOG_DATABASE says, on either server', () => {
    const environment = { HEDGEHOG_DATABASE: 'hedgehog_testnet' };
    expect(targetOf(environment)).toMatchObject({ kind: 'embedded', database: 'hedgehog_testnet' });
    expect(targetOf({ ...environment, DATABASE_URL: 'postgres://h@host/other' })).toMatchObject({
      database: 'hedgehog_testnet',
      shown: 'postgres://h@host/hedgehog_testnet',
    });
  });

  it.each(['1st', 'Upper', 'a b', 'a'.repeat(64), 'x;y'])('refuses to be called %s', (name) => {
    expect(() => targetOf({ HEDGEHOG_DATABASE: name })).toThrow(
      /^HEDGEHOG_DATABASE is .+; allowed is at most 63/,
    );
  });

  it('takes HEDGEHOG_DATA_DIR, or else .hedgehog in the working directory', () => {
    expect(targetOf({ HEDGEHOG_DATA_DIR: '/srv/data' })).toMatchObject({ dataDirectory: '/srv/data' });
    expect(targetOf({})).toMatchObject({ dataDirectory: `${process.cwd()}/.hedgehog` });
  });

  it('refuses a stage that is none', () => {
    expect(() => targetOf({ HEDGEHOG_ENV: 'prod' })).toThrow(
      'HEDGEHOG_ENV is "prod"; allowed is development, test, production',
    );
  });

  it.each([
    [
      'postgres://hog:hunter2-hunter2@db.example:6543/mine?sslmode=require',
      'postgres://hog@db.example:6543/mine?sslmode=require',
    ],
    [
      'postgres://hog@db/mine?password=hunter2-hunter2&sslmode=disable',
      'postgres://hog@db/mine?sslmode=disable',
    ],
    ['postgres://%2Frun%2Fpg/mine?user=hog&password=hunter2-hunter2', 'postgres://hog@%2Frun%2Fpg/mine'],
  ])('shows %s without its password', (url, shown) => {
    expect(targetOf({ DATABASE_URL: url })).toMatchObject({ shown });
  });

  it.each([
    `hunter2-hunter2@`,
    `mysql://hog:${SECRET}@db/mine`,
    `postgres://hog:${SECRET}%zz@db/mine`,
    `postgres://hog:${SECRET}@db:99999999/mine`,
    `postgres://hog:${SECRET}@db/mine?sslmode=maybe`,
  ])('refuses %s and does not repeat the password', (url) => {
    let thrown: unknown;
    try {
      targetOf({ DATABASE_URL: url });
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toMatchObject({ name: 'InputError', message: expect.stringContaining('DATABASE_URL') });
    expect(inspect(thrown, { depth: 9, showHidden: true })).not.toContain(SECRET);
  });
});

describe('a server that cannot be used', () => {
  const opening = async (url: string) => {
    const log = aLog();
    const error = await openDatabase({
      environment: { DATABASE_URL: url },
      log,
      clock: impatientClock(),
    }).then(
      () => undefined,
      (failure: unknown) => failure,
    );
    expect(inspect([error, log.entries], { depth: 9, showHidden: true })).not.toContain(SECRET);
    return error;
  };

  it('does not answer: the error names it, without the password', async () => {
    expect(await opening(`postgres://hog:${SECRET}@127.0.0.1:1/mine`)).toMatchObject({
      name: 'InputError',
      message: expect.stringMatching(
        /^the database in DATABASE_URL, postgres:\/\/hog@127.0.0.1:1\/mine, cannot be used: .*ECONNREFUSED/,
      ),
    });
  });

  it('does not take the password: the error says so, without it', async () => {
    const { port } = await servers.start('28P01', 'password authentication failed for user "hog"');
    expect(await opening(`postgres://hog:${SECRET}@127.0.0.1:${port}/mine`)).toMatchObject({
      message: expect.stringContaining('the password is wrong'),
    });
  });

  it.each([
    ['disable', ['plain']],
    ['prefer', ['tls', 'plain']],
    ['require', ['tls']],
    ['verify-full', ['tls']],
  ])('without TLS: sslmode=%s is honoured', async (mode, asks) => {
    const { port, asked } = await servers.start('28000', 'no');
    const error = await opening(`postgres://hog:${SECRET}@127.0.0.1:${port}/mine?sslmode=${mode}`);
    expect(asked).toEqual(asks);
    expect(error).toMatchObject({
      message: expect.stringContaining(
        asks.length === 1 && asks[0] === 'tls' ? 'does not support SSL' : 'does not let this user in',
      ),
    });
  });
});
