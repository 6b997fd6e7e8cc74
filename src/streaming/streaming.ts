import type { ActorSystem, ChildSpec, RestartIntensity, SupervisorProtocol } from '../otp/index.js';
import type { DesiredState } from '../ports/desired-state.js';
import type { Log } from '../ports/log.js';
import type { StreamState } from '../ports/stream-state.js';
import { Service } from '../services/service.js';
import { serviceTreeSpec } from '../services/service-tree.js';
import { childThings } from '../services/things.js';
import type { StreamingSource } from './streaming-source.js';

export interface StreamingDeps {
  readonly log: Log;
  readonly source: StreamingSource;
  readonly intensity?: RestartIntensity;
}

const SUPERVISOR = 'DynamicStreamerSupervisor';
const streamerName = (symbol: string): string => `Streamer ${symbol}`;

/** The Streamer of a symbol, wherever it is started again. */
export const streamerOf = (system: ActorSystem, symbol: string) => system.registry.via(streamerName(symbol));

/** Streaming: one Streamer for every symbol that is on. */
export class Streaming {
  readonly service: Service<null>;

  constructor(
    system: ActorSystem,
    private readonly deps: StreamingDeps,
  ) {
    const { source, log } = deps;
    const things = childThings<null>(system, {
      supervisor: system.registry.via<SupervisorProtocol>(SUPERVISOR),
      idOf: streamerName,
      whyNot: (symbol) => source.whyNot(symbol),
      child: (symbol) => source.streamer(symbol, streamerName(symbol)),
    });
    this.service = new Service('streaming', system, things, log);
  }

  /** How the streams stand now, by symbol. */
  states(): (symbol: string) => StreamState {
    const standings = new Map(this.service.standings().map((standing) => [standing.name, standing]));
    return (symbol) => {
      const standing = standings.get(symbol);
      if (standing === undefined) return { kind: 'off' };
      if (standing.state === 'given-up') return { kind: 'given-up', reason: standing.reason ?? 'unknown' };
      return { kind: 'on', trouble: this.deps.source.troubleOf(symbol) };
    };
  }

  spec(desired: DesiredState<null>): ChildSpec<SupervisorProtocol> {
    const { intensity, source } = this.deps;
    return serviceTreeSpec({
      id: 'Streaming',
      supervisor: SUPERVISOR,
      service: this.service,
      desired,
      before: source.before,
      ...(intensity === undefined ? {} : { intensity }),
    });
  }
}
