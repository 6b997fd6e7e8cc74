import { describe, expect, it } from '@jest/globals';
import { type Check, type Finding, ok, problem, warning } from '../../../src/app/doctor/check.js';
import { type Examined, examine } from '../../../src/app/doctor/examine.js';
import { examinedLine, summaryLine } from '../../../src/app/doctor/report.js';
import { InputError } from '../../../src/platform/input-error.js';
import { doctors } from '../../support/doctor.js';

const { aContext } = doctors();
const check = (name: string, found: Finding | null, more: Partial<Check> = {}): Check => ({
  name,
  run: async () => found,
  ...more,
});

async function all(checks: readonly Check[]): Promise<readonly Examined[]> {
  const examined: Examined[] = [];
  for await (const one of examine(checks, aContext({}))) examined.push(one);
  return examined;
}

describe('an examination', () => {
  it('goes on after a problem, and leaves out what rests on it, at any remove', async () => {
    const examined = await all([
      check('a', problem('broken', 'mend it'), { otherwise: 'a is broken' }),
      check('b', ok('never run'), { needs: ['a'] }),
      check('c', ok('never run'), { needs: ['b'] }),
      check('d', ok('fine')),
      check('e', warning('so so', 'see to it'), { needs: ['d'] }),
      check('f', ok('fine too'), { needs: ['d', 'e'] }),
    ]);
    expect(examined).toEqual([
      { name: 'a', status: 'problem', found: 'broken', remedy: 'mend it' },
      { name: 'b', status: 'not-checked', found: 'a is broken', remedy: null },
      { name: 'c', status: 'not-checked', found: 'a is broken', remedy: null },
      { name: 'd', status: 'ok', found: 'fine', remedy: null },
      { name: 'e', status: 'warning', found: 'so so', remedy: 'see to it' },
      { name: 'f', status: 'ok', found: 'fine too', remedy: null },
    ]);
  });

  it('passes over what does not apply, and what rests on it', async () => {
    const examined = await all([
      check('a', null),
      check('b', ok('never run'), { needs: ['a'] }),
      check('c', ok('fine')),
    ]);
    expect(examined.map(({ name }) => name)).toEqual(['c']);
  });

  it('takes what is thrown, and what does not come in time, for a problem', async () => {
    const examined = await all([
      {
        name: 'a',
        run: async () => {
          throw new InputError('two things are wrong:\n  one\n  two');
        },
      },
      { name: 'b', limitMs: 30, run: () => new Promise(() => {}) },
      check('c', ok('fine')),
    ]);
    expect(examined.map(({ status, found }) => [status, found])).toEqual([
      ['problem', 'two things are wrong:; one; two'],
      ['problem', 'b does not answer'],
      ['ok', 'fine'],
    ]);
  });

  it('is told in one line each, and counted', () => {
    const examined: readonly Examined[] = [
      { name: 'disk space', status: 'warning', found: '3 MB free', remedy: 'free some' },
      { name: 'keys', status: 'not-checked', found: 'the exchange does not answer', remedy: null },
      { name: 'node', status: 'problem', found: 'too old', remedy: null },
    ];
    expect(examined.map(examinedLine)).toEqual([
      'warning  disk space                3 MB free -> free some',
      '-        keys                      not checked: the exchange does not answer',
      'PROBLEM  node                      too old',
    ]);
    expect(summaryLine(examined)).toBe('1 problem, 1 warning');
    expect(summaryLine(examined.slice(0, 2))).toBe('no problems, 1 warning');
    expect(summaryLine([])).toBe('nothing is wrong');
  });
});
