import type { ControlClient } from '../../control/client.js';
import { type ActorSnapshot, formatActor, formatTree } from '../../otp/inspector.js';
import { stayAlive } from '../../platform/stay-alive.js';
import { systemClock } from '../../platform/system-clock.js';
import { wait } from '../../warehouse/retry.js';
import { hedgehogToAsk } from './running-hedgehog.js';

interface Inspected {
  readonly actors: readonly ActorSnapshot[];
}

const EVERY_MS = 1_000;
const CLEAR = '\u001b[H\u001b[2J';

export interface InspectOptions {
  readonly watch?: true;
  readonly json?: true;
}

export async function inspect(path: string | undefined, { watch, json }: InspectOptions): Promise<void> {
  const look = async (hedgehog: ControlClient): Promise<string> => {
    const inspected = await hedgehog.get<Inspected>('/v1/inspect', { path });
    if (json) return JSON.stringify(path === undefined ? inspected.actors : inspected.actors[0]);
    const [actor] = inspected.actors;
    return path === undefined || actor === undefined ? formatTree(inspected.actors) : described(actor);
  };
  if (!watch) return say(await look(hedgehogToAsk('read')));
  const isTerminal = process.stdout.isTTY && !json;
  await stayAlive(async () => {
    for (;;) {
      // Anew each time: it may have been started again meanwhile.
      const shown = await look(hedgehogToAsk('read'));
      say(isTerminal ? `${CLEAR}${shown}` : shown);
      await wait(systemClock, EVERY_MS);
    }
  });
}

export async function kill(pathOrName: string): Promise<void> {
  const { path } = await hedgehogToAsk('full').post<{ path: string }>('/v1/kill', { path: pathOrName });
  say(`${path} is killed; hedgehog inspect shows what became of it`);
}

/** All that is known of one actor. */
function described(actor: ActorSnapshot): string {
  const { path, kind, mailbox, running, handled, restarts, lastCrash, lastMessages, state, children } = actor;
  return [
    path,
    `  kind           ${kind}`,
    `  mailbox        ${mailbox} waiting${running ? ', one being handled' : ''}`,
    `  handled        ${handled}`,
    `  restarts       ${restarts}`,
    `  last crash     ${lastCrash === null ? 'none' : `${new Date(lastCrash.wallMs).toISOString()} ${lastCrash.reason}`}`,
    `  last messages  ${lastMessages.length === 0 ? 'none' : lastMessages.join(', ')}`,
    `  state          ${JSON.stringify(state)}`,
    `  children       ${children.length === 0 ? 'none' : ''}`.trimEnd(),
    ...children.map((child) => `    ${formatActor(child)}`),
  ].join('\n');
}

const say = (text: string): void => {
  process.stdout.write(`${text}\n`);
};
