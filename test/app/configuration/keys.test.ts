import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { KEYS, OF_TESTS } from '../../../src/app/configuration/keys.js';
import { readStartConfig } from '../../../src/app/start-config.js';
import { targetOf } from '../../../src/warehouse/connection.js';

const named = (folder: string): Set<string> => {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.ts'),
  );
  const texts = files.map((file) => readFileSync(join(folder, file), 'utf8'));
  return new Set(texts.flatMap((text) => text.match(/\bHEDGEHOG_[A-Z_]*[A-Z]\b/g) ?? []));
};

it('every variable that the sources name is in the table, or is of the tests', () => {
  const known = new Set(KEYS.map(({ variable }) => variable));
  expect([...named('src')].filter((variable) => !known.has(variable) && !OF_TESTS.has(variable))).toEqual([]);
});

it('every variable of the table is in docs/configuration.md, and in the help of start', () => {
  const help = readFileSync('src/app/commands/start-command.ts', 'utf8');
  const page = readFileSync('docs/configuration.md', 'utf8');
  const missing = (text: string) =>
    KEYS.filter(({ variable }) => !new RegExp(`\\b${variable}\\b`).test(text));
  expect([missing(help), missing(page)]).toEqual([[], []]);
});

it('names no key and no variable twice, and no key within another', () => {
  const keys = KEYS.map(({ key }) => key);
  expect(new Set(keys).size).toBe(keys.length);
  expect(new Set(KEYS.map(({ variable }) => variable)).size).toBe(keys.length);
  expect(keys.filter((key) => keys.some((other) => other.startsWith(`${key}.`)))).toEqual([]);
});

it('tells the defaults that the readers take', async () => {
  const defaults = Object.fromEntries(
    KEYS.filter(({ otherwise }) => otherwise !== undefined).map(({ variable, otherwise }) => [
      variable,
      otherwise,
    ]),
  );
  expect(targetOf(defaults)).toEqual(targetOf({}));
  expect(await readStartConfig(defaults)).toEqual(await readStartConfig({}));
  const {
    HEDGEHOG_FILL_MODEL: _,
    HEDGEHOG_TAPE_PACE: _pace,
    HEDGEHOG_TAPE_LOOP: _loop,
    ...ofRemote
  } = defaults;
  const simulator = await readStartConfig({ ...ofRemote, HEDGEHOG_EXCHANGE: 'simulator' });
  expect(simulator.exchange).toMatchObject({ endpoints: { rest: 'http://127.0.0.1:8080' } });
  const plain = await readStartConfig({ HEDGEHOG_EXCHANGE: 'simulator' });
  expect(plain.exchange).toMatchObject({ endpoints: { rest: 'http://127.0.0.1:8080' } });
});
