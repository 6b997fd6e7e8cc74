import type { Log } from '../../../ports/log.js';
import type { Malformed } from './malformed.js';

/** Kinds that are counted apart; what comes beyond them is counted together, for a stranger chooses the names. */
const MOST_KINDS = 100;
const THE_REST = 'others';

function countUp(counts: Map<string, number>, kind: string): { readonly isFirst: boolean } {
  const key = counts.has(kind) || counts.size < MOST_KINDS ? kind : THE_REST;
  const before = counts.get(key) ?? 0;
  counts.set(key, before + 1);
  return { isFirst: before === 0 };
}

/** Counts what came and was not used, and logs each sort of malformed tiding once. */
export class TidingsCounts {
  reports = 0;
  duplicates = 0;
  private readonly malformedByKind = new Map<string, number>();
  private readonly ignoredByName = new Map<string, number>();

  constructor(private readonly log: Log) {}

  malformed({ where, unknownWord }: Malformed): void {
    const kind = unknownWord === null ? where : `${where} ${unknownWord}`;
    if (!countUp(this.malformedByKind, kind).isFirst) return;
    this.log.error('the exchange told something of the account that cannot be read', { where, unknownWord });
  }

  ignored(name: string): void {
    countUp(this.ignoredByName, /^\w{1,40}$/.test(name) ? name : THE_REST);
  }

  inspect() {
    const { reports, duplicates, malformedByKind, ignoredByName } = this;
    return {
      reports,
      duplicates,
      malformed: Object.fromEntries(malformedByKind),
      ignored: Object.fromEntries(ignoredByName),
    };
  }
}
