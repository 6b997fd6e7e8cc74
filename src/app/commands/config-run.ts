import Table from 'cli-table3';
import { InputError } from '../../platform/input-error.js';
import { type Environment, shownTarget, targetOf } from '../../warehouse/connection.js';
import type { Configuration, Origin, Setting } from '../configuration/configuration.js';
import { fileSchema } from '../configuration/file-shape.js';
import { readStartConfig, type StartConfig } from '../start-config.js';
import type { ConfigShowOptions } from './config-command.js';
import { asTheUserSaid, configuration, exchangeFlag } from './configured.js';
import { say } from './say.js';

/**
 * Prints what counts, and what it comes to.
 *
 * @throws InputError, once that is printed, with everything for which `hedgehog start` would refuse it
 */
export async function showConfig({ exchange, json }: ConfigShowOptions): Promise<void> {
  const found = configuration([exchangeFlag(exchange)]);
  const { environment, problems } = found;
  const read = await readStartConfig(environment, problems).catch((error: unknown) => {
    if (error instanceof InputError) return error;
    throw error;
  });
  const refusal = read instanceof InputError ? read : null;
  const meaning = read instanceof InputError ? null : meaningOf(environment, read);
  const values = found.settings.map((setting) => ({ ...facts(setting), value: shownValue(setting) }));
  if (json) {
    const told = refusal === null ? [] : asTheUserSaid(refusal.message).split('\n  ').slice(1);
    say(JSON.stringify({ file: found.file, values, ...meaning, problems: told }));
  } else say(asTable(found, meaning));
  if (refusal !== null) throw refusal;
}

export function printSchema(): void {
  say(JSON.stringify(fileSchema(), null, 2));
}

const facts = ({ key: { key, variable }, origin }: Setting) => ({ key, variable, origin: originOf(origin) });

function originOf(origin: Origin): string {
  if (origin.kind === 'file') return origin.path;
  return origin.kind === 'flag' ? origin.flag : origin.kind;
}

function shownValue({ key, value }: Setting): string | null {
  if (value === undefined) return null;
  return key.isSecret ? '(hidden)' : value;
}

/** What the values come to. */
interface Meaning {
  readonly database: string;
  readonly exchange: string;
  readonly realMoney: boolean;
}

function meaningOf(environment: Environment, { exchange }: StartConfig): Meaning {
  const database = shownTarget(targetOf(environment));
  if (exchange.kind === 'mock') return { database, exchange: 'mock, in the process', realMoney: false };
  const { name, endpoints, isRealMoney } = exchange;
  return { database, exchange: `${name} at ${endpoints.rest}`, realMoney: isRealMoney };
}

function asTable({ file, settings }: Configuration, meaning: Meaning | null): string {
  const table = new Table({
    head: ['key', 'value', 'from'],
    style: { head: [], border: [], compact: true },
  });
  for (const setting of settings) {
    const { key, origin } = facts(setting);
    const value = shownValue(setting);
    table.push([key, value ?? '-', value === null ? '-' : origin]);
  }
  const lines = [`file      ${file ?? 'none'}`];
  if (meaning !== null) {
    lines.push(`database  ${meaning.database}`, `exchange  ${meaning.exchange}`);
    lines.push(`orders    cost ${meaning.realMoney ? 'REAL MONEY' : 'nothing'}`);
  }
  return [table.toString(), ...lines].join('\n');
}
