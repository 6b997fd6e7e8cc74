import type { BinanceMockProtocol } from '../exchange/mock/binance-mock.js';
import type { ControlTarget } from '../exchange/simulator/control/control-routes.js';
import type { MarketMode, MarketProtocol } from '../exchange/simulator/market/market.js';
import type { AccountTellerProtocol } from '../exchange/simulator/wire/account-teller.js';
import type { TradeTellerProtocol } from '../exchange/simulator/wire/trade-teller.js';
import { type ActorSystem, type Address, backlogOf, type PubSubProtocol } from '../otp/index.js';
import { InputError, quoted } from '../platform/input-error.js';
import { market } from '../ports/topics.js';
import type { SimulatorParts } from './simulator-parts.js';

/** Where the simulator's actors are. */
export interface SimulatorAddresses {
  readonly pubsub: Address<PubSubProtocol>;
  readonly mock: Address<BinanceMockProtocol>;
  readonly trades: Address<TradeTellerProtocol>;
  readonly accounts: Address<AccountTellerProtocol>;
  readonly markets: ReadonlyMap<string, Address<MarketProtocol>>;
}

type Parts = Pick<SimulatorParts, 'faults' | 'accounts' | 'listed' | 'connections' | 'pacing'>;

/** What the control endpoint can do to a running simulator. */
export function simulatorControl(
  system: ActorSystem,
  at: SimulatorAddresses,
  { faults, accounts, listed, connections, pacing }: Parts,
  wantMode: (mode: MarketMode) => void,
): ControlTarget {
  const marketsOf = (symbol: string | undefined): readonly Address<MarketProtocol>[] => {
    if (symbol === undefined) return [...at.markets.values()];
    const found = at.markets.get(symbol);
    if (found !== undefined) return [found];
    const there = [...at.markets.keys()].join(', ') || 'there is none';
    throw new InputError(`there is no market in ${quoted(symbol)}; allowed: ${there}`);
  };
  return {
    faults,
    async market() {
      const reports = [...at.markets].map(async ([symbol, address]) => ({
        symbol,
        ...(await system.call(address, 'report', null)),
      }));
      return { markets: await Promise.all(reports), waitingFills: pacing.waiting };
    },
    async setMode(mode) {
      wantMode(mode);
      pacing.hold(mode === 'step');
      for (const address of at.markets.values()) await system.call(address, 'lookAgain', null);
      await settled(system, at);
    },
    async step(symbol, count) {
      const asked = marketsOf(symbol);
      let published = 0;
      for (const address of asked)
        published += await system.call(address, 'step', count, Number.POSITIVE_INFINITY);
      await settled(system, at);
      return published;
    },
    async release() {
      const released = pacing.release();
      await settled(system, at);
      return released;
    },
    async deposit(account, asset, amount) {
      const { names } = accounts;
      if (!names.includes(account))
        throw new InputError(`there is no account ${quoted(account)}; allowed: ${names.join(', ')}`);
      const balance = await system.call(at.mock, 'deposit', { account, asset, amount });
      system.cast(at.accounts, 'deposited', { account, amount, balance });
    },
    revokeKey: (apiKey) => accounts.revoke(apiKey),
    changeSymbol: (symbol, change) => listed.change(symbol, change),
    announceShutdown: (leadMs) => connections.closeAll(leadMs),
    connections: () => connections.count,
  };
}

/**
 * Resolves once everything that was published before has gone the whole way: by PubSub to the exchange, which may have told
 * itself to fill, by PubSub again to those who tell the clients.
 */
async function settled(system: ActorSystem, at: SimulatorAddresses): Promise<void> {
  await throughPubSub(system, at);
  await system.call(at.mock, 'commissionRate', '');
  await system.call(at.mock, 'commissionRate', '');
  await throughPubSub(system, at);
  await system.call(at.trades, 'settled', null);
  await system.call(at.accounts, 'settled', null);
}

const throughPubSub = (system: ActorSystem, { pubsub }: SimulatorAddresses): Promise<number> =>
  backlogOf(system, pubsub, market(''));
