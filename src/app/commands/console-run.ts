import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { ControlClient } from '../../control/client.js';
import { controlPlaces } from '../../control/control-places.js';
import { HedgehogClient, knownPaths, knownSymbols } from '../../control/hedgehog-client.js';
import type { Access } from '../../control/tokens.js';
import { stayAlive } from '../../platform/stay-alive.js';
import { runRepl } from '../console/console.js';
import { helpText } from '../console/functions.js';
import { configured } from './configured.js';
import type { ConsoleOptions } from './console-command.js';
import { hedgehogToAsk } from './running-hedgehog.js';

const HISTORY = 'console_history';

export async function runConsole({ eval: expression, readOnly }: ConsoleOptions): Promise<void> {
  const reach = reaching(readOnly === true);
  const { pid } = reach('read');
  const isTerminal = expression === undefined && process.stdin.isTTY && process.stdout.isTTY;
  if (isTerminal) {
    const may = readOnly
      ? 'read-only: what changes anything is refused'
      : 'what is changed here is changed at once';
    process.stdout.write(
      `Hedgehog (process ${pid}); ${may}. hedgehog.help() lists what there is; Ctrl-D ends.\n`,
    );
  }
  const hasFailed = await stayAlive(() =>
    runRepl({
      input: expression === undefined ? process.stdin : Readable.from([`${expression}\n`]),
      output: process.stdout,
      errors: process.stderr,
      screen: {
        isTerminal,
        columns: process.stdout.columns ?? 80,
        colors: isTerminal && process.stdout.hasColors(),
      },
      hedgehog: withHelp(new HedgehogClient(reach)),
      known: { symbols: () => knownSymbols(reach('read')), paths: () => knownPaths(reach('read')) },
      history: isTerminal ? join(controlPlaces(configured()).folder, HISTORY) : null,
    }),
  );
  if (hasFailed) process.exitCode = 1;
}

/** Finds the Hedgehog that runs, anew for every call, and tells when it is another one than before. */
function reaching(readOnly: boolean): (access: Access) => ControlClient {
  let known: number | null = null;
  return (access) => {
    const hedgehog = hedgehogToAsk(readOnly ? 'read' : access);
    if (known !== null && known !== hedgehog.pid)
      process.stderr.write(
        `Hedgehog was started again: process ${known} has ended, and ${hedgehog.pid} is asked\n`,
      );
    known = hedgehog.pid;
    return hedgehog;
  };
}

const withHelp = (client: HedgehogClient): object => Object.assign(client, { help: helpText });
