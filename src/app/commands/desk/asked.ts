import { type ControlClient, NoHedgehogRuns } from '../../../control/client.js';
import type { ServiceName } from '../../../control/deps.js';
import type { StandingRow } from '../../../control/standing.js';
import type { SettingsChanged, SymbolSettings } from '../../../control/symbol-settings.js';
import type { Access } from '../../../control/tokens.js';
import type { TradingStatus } from '../../../warehouse/schema.js';
import { hedgehogToAsk } from '../running-hedgehog.js';
import type { Desk } from './desk.js';

const VERBS: Readonly<Record<TradingStatus, string>> = { on: 'start', off: 'stop', shutdown: 'shutdown' };

/** The desk of the Hedgehog that runs here; null when none does. */
export async function askedDesk(access: Access): Promise<Desk | null> {
  try {
    const hedgehog = hedgehogToAsk(access);
    // What it announced may have been left by one that was killed, whose number is another process's now.
    await hedgehog.get('/healthz');
    return askedDeskOf(hedgehog);
  } catch (error) {
    if (error instanceof NoHedgehogRuns) return null;
    throw error;
  }
}

export const askedDeskOf = (hedgehog: ControlClient): Desk => ({
  followedBy: async () => 'here',
  async list(service: ServiceName) {
    return (await hedgehog.get<{ wanted: readonly StandingRow[] }>(`/v1/services/${service}`)).wanted;
  },
  async switch({ service, topic, symbols, status }, wait) {
    const { followed, symbols: switched } = await hedgehog.post<{
      followed: boolean;
      symbols: readonly { symbol: string; before: string }[];
    }>(`/v1/services/${service}/${VERBS[status]}`, { symbols, topic }, wait ? {} : { wait: 'false' });
    return { followed, before: new Map(switched.map(({ symbol, before }) => [symbol, before])) };
  },
  async settings(symbol) {
    if (symbol !== undefined)
      return [await hedgehog.get<SymbolSettings>(`/v1/settings/${encodeURIComponent(symbol)}`)];
    return (await hedgehog.get<{ settings: readonly SymbolSettings[] }>('/v1/settings')).settings;
  },
  changeSettings: (symbol, given, dryRun) =>
    hedgehog.patch<SettingsChanged>(
      `/v1/settings/${encodeURIComponent(symbol)}`,
      given,
      dryRun ? { dryRun: 'true' } : {},
    ),
  async openCycles() {
    const { positions } = await hedgehog.get<{ positions: readonly { symbol: string }[] }>('/v1/positions');
    const counts = new Map<string, number>();
    for (const { symbol } of positions) counts.set(symbol, (counts.get(symbol) ?? 0) + 1);
    return counts;
  },
});
