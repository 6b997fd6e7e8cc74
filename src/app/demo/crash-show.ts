import { type ActorSnapshot, inspectTree } from '../../otp/index.js';
import { type CrashSite, chooseVictim, crashForShow, type Victim } from './crash-for-show.js';
import { TAPE_SYMBOL, TAPE_TRADES } from './demo-terms.js';
import type { Followed } from './followed.js';
import { counted } from './lines.js';
import { actorsIn, restarts } from './tree-facts.js';

/** The crash in the middle of the demo, and what is told of it. */
export class CrashShow {
  private victim: string | null = null;
  private outcome: string | null = null;

  /** @param tell what there is to see */
  constructor(private readonly tell: (followed: Followed, text: string) => void) {}

  get hasBegun(): boolean {
    return this.victim !== null;
  }

  /**
   * Begins it when half of the tape is over and a trader has an order on the exchange; null while that is not so. What it answers
   * rejects when the trader is not back with its order.
   */
  begin(site: CrashSite, followed: ReadonlyMap<string, Followed>): Promise<void> | null {
    if ((followed.get(TAPE_SYMBOL)?.seen.count ?? 0) < TAPE_TRADES / 2) return null;
    const victim = chooseVictim(inspectTree(site.system), followed.values());
    return victim === undefined ? null : this.crash(victim, site);
  }

  private async crash(victim: Victim, site: CrashSite): Promise<void> {
    const { name } = victim.actor;
    const order = `order ${victim.sell.orderId}`;
    this.victim = name;
    this.tell(victim.followed, `${name} is killed for show, while its ${order} rests on the exchange`);
    const recovery = await crashForShow(victim, site);
    this.outcome =
      recovery.kind === 'rests'
        ? `back in ${recovery.afterMs.toFixed(0)} ms, and its ${order} rests there as before`
        : `back, took in that its ${order} was filled meanwhile, and closed its cycle`;
    this.tell(victim.followed, `${name} is ${this.outcome}`);
  }

  /** @param tree as it stood in the end */
  summary(tree: readonly ActorSnapshot[]): string {
    if (this.victim === null)
      return `No trader was killed for show: none had a sale on the exchange in time. ${counted(restarts(tree), 'actor')} started again.`;
    const again = actorsIn(tree).find(({ name }) => name === this.victim)?.restarts ?? 0;
    const others = restarts(tree) - Math.min(again, 1);
    const told = this.outcome === null ? '' : `; it was ${this.outcome}`;
    return `${this.victim} was killed for show${told}. ${counted(others, 'other actor')} started again.`;
  }
}
