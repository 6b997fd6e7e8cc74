import type { ControlClient } from '../../control/client.js';
import type { ActorSnapshot } from '../../otp/inspector.js';
import { formatTree } from '../../otp/tree-text.js';
import { actorText, type InspectedActor } from './actor-report.js';
import { hedgehogToAsk } from './running-hedgehog.js';
import { say } from './say.js';
import { watch as watchIt } from './watch.js';

interface Inspected {
  readonly actors: readonly ActorSnapshot[];
  readonly supervisor: InspectedActor['supervisor'];
}

export interface InspectOptions {
  readonly watch?: true;
  readonly json?: true;
}

/** Throws InputError when none runs, or for an actor that there is not. */
export async function inspect(path: string | undefined, { watch, json }: InspectOptions): Promise<void> {
  const look = async (): Promise<string> => {
    // Anew each time: it may have been started again meanwhile.
    const { actors, supervisor } = await inspected(hedgehogToAsk('read'), path);
    const [actor] = actors;
    if (json) return JSON.stringify(path === undefined ? actors : { ...actor, supervisor });
    return path === undefined || actor === undefined ? formatTree(actors) : actorText({ actor, supervisor });
  };
  if (watch) await watchIt(look, { inPlace: !json });
  else say(await look());
}

const inspected = (hedgehog: ControlClient, path: string | undefined): Promise<Inspected> =>
  hedgehog.get<Inspected>('/v1/inspect', { path });
