import { type ActorSystem, type KindLoad, loadByKind } from '../../otp/index.js';
import { alone, type Meter, type Sample } from './meter.js';

export function describeActors(meter: Meter, system: ActorSystem): void {
  const perKind = (read: (load: Readonly<KindLoad>) => number) => () =>
    [...loadByKind(system)].map(([kind, load]): Sample => [{ kind }, read(load)]);
  const { crashes, restarts } = system.counts;
  const kinds = (counts: typeof crashes) => () =>
    [...counts].map(([kind, times]): Sample => [{ kind }, times]);

  meter.gauge(
    'hedgehog_actors',
    'actors that run',
    ['kind'],
    perKind(({ actors }) => actors),
  );
  meter.gauge(
    'hedgehog_mailbox_messages',
    'messages that wait in all mailboxes of a kind',
    ['kind'],
    perKind(({ mailbox }) => mailbox),
  );
  meter.gauge(
    'hedgehog_mailbox_messages_max',
    'messages that wait in the longest mailbox of a kind',
    ['kind'],
    perKind(({ longestMailbox }) => longestMailbox),
  );
  meter.total('hedgehog_messages_handled_total', 'messages that actors have handled', ['kind'], () =>
    handled(system),
  );
  meter.total('hedgehog_restarts_total', 'actors that were started again', ['kind'], kinds(restarts));
  meter.total('hedgehog_crashes_total', 'actors that crashed or were killed', ['kind'], kinds(crashes));
  meter.total('hedgehog_dead_letters_total', 'messages that reached nobody', [], () =>
    alone(system.deadLetters),
  );
}

/** By those that run and by those that have ended. */
function handled(system: ActorSystem): readonly Sample[] {
  const { handledByEnded } = system.counts;
  const running = loadByKind(system);
  const kinds = new Set([...running.keys(), ...[...handledByEnded].map(([kind]) => kind)]);
  return [...kinds].map((kind) => [{ kind }, (running.get(kind)?.handled ?? 0) + handledByEnded.of(kind)]);
}
