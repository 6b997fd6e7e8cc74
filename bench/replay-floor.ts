import { perSecond } from './measure.js';
import { type RawRef, spawnRaw, startRaw, stopRaw, tell } from './raw-nact.js';

/**
 * Where the actors stand: all under nact's root, or as deep as the engine's own. nact looks an actor up along its path on
 * every message, so depth costs.
 */
export type Shape = 'flat' | 'deep';

const EXCHANGE_PATH = ['Hedgehog'];
const TRADERS_PATH = [
  'Hedgehog',
  'Trading',
  'DynamicSymbolSupervisor',
  'SymbolSupervisor-XRPUSDT',
  'DynamicTraderSupervisor-XRPUSDT',
];

const nothing = (): void => {};

/** nact's own floor under a replay: a relay that sends each event on to so many actors with empty handlers, event by event. */
export class Floor {
  private readonly root = startRaw();
  private readonly parents = new Map<string, RawRef>();
  private readonly relay: RawRef;
  private readonly recipients: RawRef[];
  private pending = 0;
  private settled: () => void = nothing;

  /** @param most how many actors an event may have to be sent to */
  constructor(
    private readonly shape: Shape,
    most: number,
  ) {
    this.relay = this.spawn(EXCHANGE_PATH, 'PubSub', (event) => {
      for (let index = 0; index < this.pending; index++) tell(this.recipients[index] as RawRef, event);
    });
    const take = (): void => {
      if (--this.pending === 0) this.settled();
    };
    this.recipients = Array.from({ length: most }, (_, index) =>
      index === 0
        ? this.spawn(EXCHANGE_PATH, 'BinanceMock', take)
        : this.spawn(TRADERS_PATH, `Trader-${index}`, take),
    );
  }

  /** Sends each event to its number of recipients and lets it settle. Returns events per second. */
  play(events: readonly unknown[], recipients: Uint16Array): Promise<number> {
    return perSecond(events.length, async () => {
      for (let index = 0; index < events.length; index++) {
        await this.settle(events[index], recipients[index] as number);
      }
    });
  }

  stop(): void {
    stopRaw(this.root);
  }

  private settle(event: unknown, recipients: number): Promise<void> {
    return new Promise((resolve) => {
      this.pending = recipients;
      this.settled = resolve;
      tell(this.relay, event);
    });
  }

  private spawn(path: readonly string[], name: string, handle: (message: unknown) => void): RawRef {
    return spawnRaw(this.shape === 'flat' ? this.root : this.parent(path), name, handle);
  }

  private parent(path: readonly string[]): RawRef {
    const name = path.at(-1);
    if (name === undefined) return this.root;
    const known = this.parents.get(name);
    if (known !== undefined) return known;
    const spawned = spawnRaw(this.parent(path.slice(0, -1)), name, nothing);
    this.parents.set(name, spawned);
    return spawned;
  }
}
