import { readFileSync } from 'node:fs';

/** The text of a payload of test/fixtures/binance. */
export const payloadText = (name: string): string =>
  readFileSync(new URL(`../fixtures/binance/${name}.json`, import.meta.url), 'utf8');

/** What a payload of test/fixtures/binance stands for, changed as told. */
export const payload = (name: string, changes: Readonly<Record<string, unknown>> = {}): unknown => {
  const value: unknown = JSON.parse(payloadText(name));
  return Array.isArray(value) ? value : { ...(value as object), ...changes };
};
