/** How much of a limit was used up in its running window, as the exchange counts. */
export interface UsageReport {
  readonly kind: 'weight' | 'orders';
  readonly windowMs: number;
  readonly count: number;
}

const NAME = /^x-mbx-(used-weight|order-count)-(\d{1,4})([smhd])$/;
const UNIT_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** The counts in the headers of an answer: `X-MBX-USED-WEIGHT-1M: 37`, `X-MBX-ORDER-COUNT-10S: 2`. */
export function usageReports(headers: Headers): UsageReport[] {
  const reports: UsageReport[] = [];
  for (const [name, value] of headers) {
    const [, what, units, unit = ''] = NAME.exec(name) ?? [];
    if (what === undefined || !/^\d{1,12}$/.test(value)) continue;
    reports.push({
      kind: what === 'used-weight' ? 'weight' : 'orders',
      windowMs: Number(units) * (UNIT_MS[unit] as number),
      count: Number(value),
    });
  }
  return reports;
}
