import { InputError } from '../../../platform/input-error.js';
import type { Fault, FaultOf } from './fault.js';

type Scheduled = Extract<Fault, { readonly where: object }>;
type What = Scheduled['what'];

/** A fault that is armed, and how it has been used. */
export interface ArmedFault {
  readonly id: number;
  readonly fault: Fault;
  /** Times that it might have fired. */
  readonly occasions: number;
  readonly fired: number;
}

interface Armed {
  readonly id: number;
  readonly fault: Fault;
  readonly random: () => number;
  occasions: number;
  fired: number;
}

/** The faults that are armed, and the decision when each fires: the same for the same seed and the same occasions. */
export class ArmedFaults {
  private readonly armed = new Map<number, Armed>();
  private readonly armListeners: ((fault: Fault) => void)[] = [];
  private readonly changeListeners: (() => void)[] = [];
  private lastId = 0;

  /** @param randomOf a sequence of chances for the fault of each id */
  constructor(private readonly randomOf: (id: number) => () => number) {}

  /** Arms faults; answers their ids. */
  arm(faults: readonly Fault[]): readonly number[] {
    const ids = faults.map((fault) => {
      const id = ++this.lastId;
      this.armed.set(id, { id, fault, random: this.randomOf(id), occasions: 0, fired: 0 });
      return id;
    });
    this.changed();
    for (const fault of faults) for (const listen of this.armListeners) listen(fault);
    return ids;
  }

  /** Hears of every fault that is armed from now on. */
  onArmed(listen: (fault: Fault) => void): void {
    this.armListeners.push(listen);
  }

  /** Hears whenever another set of faults is armed. */
  onChanged(listen: () => void): void {
    this.changeListeners.push(listen);
  }

  /** @throws InputError when none has the id */
  disarm(id: number): void {
    if (!this.armed.delete(id))
      throw new InputError(
        `fault ${id} is not armed; allowed: ${[...this.armed.keys()].join(', ') || 'none is'}`,
      );
    this.changed();
  }

  disarmAll(): void {
    this.armed.clear();
    this.changed();
  }

  list(): readonly ArmedFault[] {
    return [...this.armed.values()].map(({ id, fault, occasions, fired }) => ({
      id,
      fault,
      occasions,
      fired,
    }));
  }

  /** The latest fault of a kind that goes on for as long as it is armed. */
  standing<const W extends 'clock-skew'>(what: W): FaultOf<W> | undefined {
    let latest: Fault | undefined;
    for (const { fault } of this.armed.values()) if (fault.what === what) latest = fault;
    return latest as FaultOf<W> | undefined;
  }

  private changed(): void {
    for (const listen of this.changeListeners) listen();
  }

  /**
   * An occasion of one kind: the first armed fault that fires at it, or null.
   *
   * @param facts what a fault's `where` is compared with, by field
   * @param concerns what else must be so for this to be an occasion of that fault
   */
  occasion<const W extends What>(
    what: W,
    facts: FaultOf<W>['where'],
    concerns: (fault: FaultOf<W>) => boolean = () => true,
  ): FaultOf<W> | null {
    for (const armed of this.armed.values()) {
      if (armed.fault.what !== what) continue;
      // The compiler cannot follow the kind of a fault through a Map.
      const fault = armed.fault as FaultOf<W>;
      const { where } = armed.fault;
      if (!applies(where, facts) || !concerns(fault)) continue;
      armed.occasions++;
      if (!fires(armed, armed.fault)) continue;
      armed.fired++;
      return fault;
    }
    return null;
  }
}

const applies = (where: object, facts: object): boolean =>
  Object.entries(where).every(
    ([field, wanted]) => wanted === undefined || Reflect.get(facts, field) === wanted,
  );

function fires({ occasions, fired, random }: Armed, { skip, times, probability }: Scheduled): boolean {
  if (occasions <= skip || (times !== 'always' && fired >= times)) return false;
  // Drawn only where chance decides: so a fault without a probability does not depend on the seed.
  return probability === 1 || random() < probability;
}
