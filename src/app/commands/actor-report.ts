import { inspect } from 'node:util';
import type { ActorSnapshot } from '../../otp/inspector.js';
import { formatDuration, formatTree } from '../../otp/tree-text.js';

/** What the API answers of one actor. */
export interface InspectedActor {
  readonly actor: ActorSnapshot;
  /** Null for a root. */
  readonly supervisor: Pick<ActorSnapshot, 'path' | 'kind' | 'state'> | null;
}

const WIDTH = 16;

/** All that is known of one actor. */
export function actorText({ actor, supervisor }: InspectedActor): string {
  const { path, kind, mailbox, running, handled, restarts, uptimeMs, lastCrash, children } = actor;
  return [
    path,
    fact('kind', kind),
    fact('supervisor', supervisor === null ? 'none' : `${supervisor.path}${rulesOf(supervisor.state)}`),
    fact('up', formatDuration(uptimeMs)),
    fact('mailbox', `${mailbox} waiting${running ? ', one being handled' : ''}`),
    fact('handled', String(handled)),
    fact('restarts', String(restarts)),
    ...actor.lastRestarts.map((restart) => `    ${described(restart)}`),
    fact('last crash', lastCrash === null ? 'none' : described(lastCrash)),
    fact('last messages', actor.lastMessages.length === 0 ? 'none' : ''),
    ...actor.lastMessages.map((message) => `    ${message}`),
    fact('state', ''),
    ...indented(prettyState(actor.state)),
    fact('children', children.length === 0 ? 'none' : String(children.length)),
    ...(children.length === 0 ? [] : indented(formatTree(children))),
  ].join('\n');
}

const indented = (text: string): readonly string[] => text.split('\n').map((line) => `    ${line}`);

const fact = (name: string, value: string): string => `  ${name.padEnd(WIDTH)}${value}`.trimEnd();

const described = ({ reason, wallMs }: { readonly reason: string; readonly wallMs: number }): string =>
  `${new Date(wallMs).toISOString()} ${reason}`.replaceAll('\n', ' ');

/** ` (one_for_all, 3 restarts in 5 s)`, of an actor that shows itself as a supervisor does. */
function rulesOf(state: unknown): string {
  if (typeof state !== 'object' || state === null || !('strategy' in state) || !('intensity' in state))
    return '';
  return ` (${String(state.strategy)}, at most ${String(state.intensity).replace(' in', ' restarts in')})`;
}

function prettyState(state: unknown): string {
  if (typeof state === 'string') return state;
  if (state === null || state === undefined) return 'none that it shows';
  return JSON.stringify(state, null, 2) ?? inspect(state);
}
