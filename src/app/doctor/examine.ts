import { inTime } from '../../control/in-time.js';
import { messageOf } from '../../platform/error-facts.js';
import { type Check, type DoctorContext, type Finding, problem } from './check.js';

/** What became of a check; one that was left out says why. */
export interface Examined {
  readonly name: string;
  readonly status: Finding['status'] | 'not-checked';
  readonly found: string;
  readonly remedy: string | null;
}

const LIMIT_MS = 10_000;

/** Runs the checks one after the other, and tells of each as soon as it is known. What does not apply is passed over. */
export async function* examine(checks: readonly Check[], context: DoctorContext): AsyncGenerator<Examined> {
  /** Why what rests on a check is left out: in words, or null to say nothing. */
  const leftOut = new Map<string, string | null>();
  for (const check of checks) {
    const reasons = (check.needs ?? []).filter((name) => leftOut.has(name)).map((name) => leftOut.get(name));
    const [reason] = reasons;
    if (reason !== undefined) {
      leftOut.set(check.name, reason);
      if (reason !== null) yield { name: check.name, status: 'not-checked', found: reason, remedy: null };
      continue;
    }
    const finding = await found(check, context);
    if (finding === null) leftOut.set(check.name, null);
    else {
      if (finding.status === 'problem')
        leftOut.set(check.name, check.otherwise ?? `${check.name}: a problem`);
      yield { name: check.name, ...finding };
    }
  }
}

async function found(check: Check, context: DoctorContext): Promise<Finding | null> {
  try {
    return await inTime(context.clock, check.limitMs ?? LIMIT_MS, check.name, check.run(context));
  } catch (error) {
    // What a part of Hedgehog refuses or lacks names the way out itself.
    return problem(messageOf(error).replaceAll(/\s*\n\s*/g, '; '), null);
  }
}
