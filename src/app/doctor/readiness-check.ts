import { SERVICES } from '../../control/deps.js';
import type { Readiness } from '../../control/hedgehog-client.js';
import { inTime } from '../../control/in-time.js';
import { readiness, refused } from '../../control/schemas.js';
import { quoted } from '../../platform/input-error.js';
import { type Check, type Finding, ok, problem } from './check.js';

const TELL_MORE = 'hedgehog logs and hedgehog inspect tell more';

export const readinessCheck: Check = {
  name: 'readiness',
  needs: ['daemon'],
  async run({ clock, patienceMs, known: { daemon } }) {
    if (daemon === undefined) return null;
    const { status, text } = await inTime(clock, patienceMs, 'readiness', daemon.client.look('/readyz'));
    const answer = parsed(text);
    const told = readiness.safeParse(answer);
    if (told.success) return readinessFinding(told.data);
    const refusal = refused.safeParse(answer);
    const said = refusal.success ? refusal.data.error.message : `status ${status}, ${quoted(text)}`;
    return problem(`the Hedgehog that runs says: ${said}`, TELL_MORE);
  },
};

/** Undefined when it is no JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** One that is ready may have given up a symbol all the same: everything else goes on without it. */
export function readinessFinding({ ready, reasons, givenUp }: Readiness): Finding {
  if (ready && givenUp.length === 0) return ok('everything runs');
  const commands = startCommands(givenUp);
  const isAllNamed = ready && givenUp.every((line) => GIVEN_UP.test(line));
  const remedies = [
    ...(commands.length === 0 ? [] : [`when that is mended, ${commands.join('; ')}`]),
    ...(isAllNamed ? [] : [TELL_MORE]),
  ];
  return problem([...reasons, ...givenUp].join('; '), remedies.join('; '));
}

/** `storing: ORDERS:XRPUSDT is given up: why`. */
const GIVEN_UP = new RegExp(`^(${SERVICES.join('|')}): (?:([^\\s:]+):)?([^\\s:]+) is given up: `);

/** What starts it again, with the symbols of a service in one command. */
function startCommands(givenUp: readonly string[]): readonly string[] {
  const symbols = new Map<string, string[]>();
  for (const line of givenUp) {
    const [, service, topic, symbol] = GIVEN_UP.exec(line) ?? [];
    if (symbol === undefined) continue;
    const command = ['hedgehog', service, 'start', ...(topic === undefined ? [] : [topic])].join(' ');
    symbols.set(command, [...(symbols.get(command) ?? []), symbol]);
  }
  return [...symbols].map(([command, named]) => `${command} ${named.join(' ')}`);
}
