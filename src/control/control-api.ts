import { setMaxListeners } from 'node:events';
import { announce, withdraw } from './announcement.js';
import { apiHandler } from './api.js';
import { makeControlFolder, removeSocket, socketPath } from './control-places.js';
import type { ControlDeps } from './deps.js';
import { Door } from './door.js';
import { EarnedSoFar } from './earned-so-far.js';
import { Metrics } from './metrics/metrics.js';
import { RefusalLog } from './refusal-log.js';
import { allRoutes } from './routes/routes.js';
import { Tokens } from './tokens.js';
import { unhurried } from './unhurried.js';

/**
 * The API itself. It lives outside the actors: so it answers while they are started again, which is when somebody wants to look
 * at them, and one that is killed leaves nothing open that the next does not know of.
 */
export class ControlApi {
  readonly metrics: Metrics;
  private readonly door: Door;
  private tokens: Tokens | null = null;
  private socket: string | null = null;
  private readonly closing = new AbortController();
  // Once for an incarnation of the actor that crashed and the next.
  private readonly opening = unhurried(() => this.openNow());

  constructor(private readonly deps: ControlDeps) {
    const { config, clock, log } = deps;
    // One for each who follows the log.
    setMaxListeners(0, this.closing.signal);
    const earned = new EarnedSoFar(deps.database.kysely);
    this.metrics = new Metrics(deps, earned);
    const refusals = new RefusalLog(log, clock);
    const handler = apiHandler({
      routes: allRoutes(deps, { metrics: this.metrics, earned }, this.closing.signal),
      host: config.host,
      tokens: () => this.tokens,
      refusals,
      log,
      clock,
    });
    this.door = new Door({ handler, config, refusals, clock });
  }

  /** Where it listens. */
  get where(): { readonly port: number | null; readonly socket: string | null } {
    return { port: this.door.port, socket: this.door.hasSocket ? this.socket : null };
  }

  /**
   * Listens where it does not yet, and announces where it does. Rejects when its folder cannot be used.
   *
   * @returns what keeps it from listening somewhere, in words
   */
  open(): Promise<readonly string[]> {
    return this.opening();
  }

  private async openNow(): Promise<readonly string[]> {
    const { places, config, version, database } = this.deps;
    makeControlFolder(places);
    this.tokens ??= Tokens.keptIn(places);
    this.socket ??= socketPath(places);
    const problems = await this.door.open(this.socket);
    if (this.closing.signal.aborted) {
      await this.close();
      return [];
    }
    const { target } = database;
    announce(places.announcement, {
      pid: process.pid,
      host: config.host,
      ...this.where,
      version,
      database: target.kind === 'url' ? target.shown : target.database,
    });
    return problems;
  }

  /** For good. */
  async close(): Promise<void> {
    const { places } = this.deps;
    this.closing.abort();
    withdraw(places.announcement, process.pid);
    await this.door.close();
    if (this.socket !== null) removeSocket(places, this.socket);
  }
}
