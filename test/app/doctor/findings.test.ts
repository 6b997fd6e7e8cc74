import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { databaseFinding } from '../../../src/app/doctor/database-checks.js';
import { limitsFinding, offsetFinding } from '../../../src/app/doctor/exchange-checks.js';
import { clockFinding, isAtLeast } from '../../../src/app/doctor/machine-checks.js';
import { readinessFinding } from '../../../src/app/doctor/readiness-check.js';
import { staleSource } from '../../../src/app/doctor/stale-build.js';
import { tempFolder } from '../../support/temp-folder.js';

const folder = tempFolder();

describe('what is found', () => {
  it.each([
    ['20.19.0', '20.19', true],
    ['20.19.5', '20.19', true],
    ['22.0.0', '20.19', true],
    ['20.18.9', '20.19', false],
    ['18.20.0', '20.19', false],
    ['20.9.0', '20.19', false],
  ])('Node.js %s against %s: %p', (version, needed, want) => {
    expect(isAtLeast(version, needed)).toBe(want);
  });

  it.each([
    [0, 'ok', '0 ms ahead of it'],
    [1_000, 'ok', '1000 ms ahead of it'],
    [1_001, 'warning', '1001 ms ahead of it'],
    [-1_000, 'ok', '1000 ms behind it'],
    [-60_000, 'warning', '60000 ms behind it'],
  ])('a clock that is %d ms ahead: %s', (aheadMs, status, found) => {
    const finding = offsetFinding(aheadMs);
    expect(finding.status).toBe(status);
    expect(finding.found).toContain(
      `this machine's clock is ${found}; requests are taken from 1000 ms ahead to 5000 ms behind`,
    );
  });

  it.each([
    ['yes', 'ok'],
    ['no', 'warning'],
    ['', undefined],
  ])('a system clock of which timedatectl says %p: %p', (said, status) => {
    expect(clockFinding(said)?.status).toBe(status);
  });

  it('limits of the exchange are near their end from four fifths on', () => {
    const limits = [
      { kind: 'weight', windowMs: 60_000, limit: 6_000 },
      { kind: 'orders', windowMs: 10_000, limit: 100 },
    ] as const;
    const used = (count: number) => [{ kind: 'weight', windowMs: 60_000, count } as const];
    expect(limitsFinding(limits, used(4_800), 3)).toMatchObject({
      status: 'ok',
      found: '3 symbols; weight 4800 of 6000 in 60 s',
    });
    expect(limitsFinding(limits, used(4_801), 3)).toMatchObject({ status: 'warning' });
    expect(limitsFinding(limits, [], 3).found).toBe('3 symbols; nothing told of what is used up');
  });

  it.each([
    ['fsync', 'problem', 'fsync is off'],
    ['full_page_writes', 'problem', 'full_page_writes is off'],
    ['synchronous_commit', 'problem', 'orders may be forgotten and placed twice'],
  ])('a server with %s off: %s', (setting, status, found) => {
    const sane = {
      version: '18.4',
      fsync: 'on',
      full_page_writes: 'on',
      synchronous_commit: 'on',
      read_only: 'off',
    };
    expect(databaseFinding('mine', sane).status).toBe('ok');
    const finding = databaseFinding('mine', { ...sane, [setting]: 'off' });
    expect(finding).toMatchObject({ status, found: expect.stringContaining(found) });
    expect(databaseFinding('mine', { ...sane, read_only: 'on' })).toMatchObject({ status: 'problem' });
  });

  const WHY = 'needed more than 3 restarts';
  it.each([
    [
      ['streaming: A is given up: it is gone', 'trading: A is given up: no: B is given up: why'],
      'hedgehog streaming start A; hedgehog trading start A',
    ],
    [
      ['ORDERS:A', 'OHLC:A', 'ORDERS:B'].map((name) => `storing: ${name} is given up: ${WHY}`),
      'hedgehog storing start ORDERS A B; hedgehog storing start OHLC A',
    ],
  ])('what is given up is a problem, with what starts it again: %j', (givenUp, commands) => {
    expect(readinessFinding({ ready: true, reasons: [], givenUp })).toEqual({
      status: 'problem',
      found: givenUp.join('; '),
      remedy: `when that is mended, ${commands}`,
    });
  });

  it('whoever is not ready may have given something up besides, also what has no command', () => {
    const reasons = ['the database does not answer'];
    const more = 'hedgehog logs and hedgehog inspect tell more';
    expect(readinessFinding({ ready: false, reasons, givenUp: [`trading: A is given up: ${WHY}`] })).toEqual({
      status: 'problem',
      found: `the database does not answer; trading: A is given up: ${WHY}`,
      remedy: `when that is mended, hedgehog trading start A; ${more}`,
    });
    const nameless = [`trading: Leader A is given up: ${WHY}`];
    expect(readinessFinding({ ready: true, reasons: [], givenUp: nameless }).remedy).toBe(more);
  });

  it('a build is stale when a source is newer than what was built from it, or was never built', async () => {
    const root = folder.path('project');
    const write = (path: string, seconds: number): void => {
      mkdirSync(dirname(`${root}/${path}`), { recursive: true });
      writeFileSync(`${root}/${path}`, '');
      utimesSync(`${root}/${path}`, seconds, seconds);
    };
    write('src/a/one.ts', 100);
    write('src/a/types.d.ts', 900);
    write('src/a/data.json', 900);
    expect(await staleSource(root)).toBeNull();
    write('dist/src/a/one.js', 100);
    expect(await staleSource(root)).toBeNull();
    write('migrations/two.ts', 50);
    expect(await staleSource(root)).toBe('migrations/two.ts');
    write('dist/migrations/two.js', 60);
    expect(await staleSource(root)).toBeNull();
    write('src/a/one.ts', 101);
    expect(await staleSource(root)).toBe('src/a/one.ts');
  });
});
