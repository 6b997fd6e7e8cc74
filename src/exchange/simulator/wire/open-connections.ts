import type { ArmedFaults } from '../faults/armed-faults.js';
import type { Fault } from '../faults/fault.js';
import type { Peer } from './peer.js';

export type SocketKind = 'market' | 'user-data';

interface Open {
  readonly kind: SocketKind;
  readonly peer: Peer;
  readonly announceShutdown: () => void;
}

const GOING_AWAY = 1001;

/** The WebSockets that are open, and what is done to them on purpose. */
export class OpenConnections {
  private readonly open = new Set<Open>();

  constructor(private readonly faults: ArmedFaults) {
    faults.onArmed((fault) => {
      if (isOfConnections(fault)) for (const connection of [...this.open]) this.harm(connection, fault.what);
    });
  }

  get count(): Readonly<Record<SocketKind, number>> {
    const all = [...this.open];
    const of = (wanted: SocketKind) => all.filter(({ kind }) => kind === wanted).length;
    return { market: of('market'), 'user-data': of('user-data') };
  }

  /** The HTTP status with which the next connection is refused; null: it is let in. */
  refusal(socket: SocketKind): number | null {
    return this.faults.occasion('refuse-connection', { socket })?.status ?? null;
  }

  /** Takes in a connection; call the result when it has closed. */
  add(connection: Open): () => void {
    this.open.add(connection);
    for (const what of ['cut-connection', 'stall-connection', 'shut-down-connection'] as const)
      this.harm(connection, what);
    return () => this.open.delete(connection);
  }

  /** Tells every connection that the server shuts down, and closes it so much later. */
  closeAll(leadMs = 0): void {
    for (const connection of [...this.open]) shutDown(connection, leadMs);
  }

  cutAll(): void {
    for (const { peer } of [...this.open]) peer.cut();
  }

  private harm(connection: Open, what: HarmfulFault['what']): void {
    const { kind: socket, peer } = connection;
    const fault = this.faults.occasion(what, { socket });
    if (fault === null) return;
    if (fault.what === 'shut-down-connection') {
      shutDown(connection, fault.leadMs);
      return;
    }
    const strike = () => (fault.what === 'cut-connection' ? peer.cut() : peer.stall());
    peer.whenPushed(fault.afterEvents, () => {
      if (fault.afterMs === 0) strike();
      else peer.after(fault.afterMs, strike);
    });
  }
}

type HarmfulFault = Extract<
  Fault,
  { readonly what: 'cut-connection' | 'stall-connection' | 'shut-down-connection' }
>;
const isOfConnections = (fault: Fault): fault is HarmfulFault =>
  ['cut-connection', 'stall-connection', 'shut-down-connection'].includes(fault.what);

function shutDown({ peer, announceShutdown }: Open, leadMs: number): void {
  announceShutdown();
  const close = () => peer.close(GOING_AWAY, 'The server shuts down');
  if (leadMs === 0) close();
  else peer.after(leadMs, close);
}
