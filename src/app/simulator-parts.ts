import type { BinanceMockProtocol } from '../exchange/mock/binance-mock.js';
import { Accounts } from '../exchange/simulator/api/accounts.js';
import { matchingExchange } from '../exchange/simulator/api/matching-exchange.js';
import { BINANCE_LIMITS } from '../exchange/simulator/api/rate-limits.js';
import { SimulatorApi } from '../exchange/simulator/api/simulator-api.js';
import { ArmedFaults } from '../exchange/simulator/faults/armed-faults.js';
import { Placements } from '../exchange/simulator/faults/placements.js';
import { RequestFaultSource } from '../exchange/simulator/faults/request-fault-source.js';
import { HeldPacing } from '../exchange/simulator/market/held-pacing.js';
import { ListedSymbols } from '../exchange/simulator/market/listed-symbols.js';
import { MemoryTradeLog } from '../exchange/simulator/memory-trade-log.js';
import { SkewedClock } from '../exchange/simulator/skewed-clock.js';
import { MOST_ATTEMPTS } from '../exchange/simulator/wire/connection-attempts.js';
import { FanOut } from '../exchange/simulator/wire/fan-out.js';
import { OpenConnections } from '../exchange/simulator/wire/open-connections.js';
import { API_LIMITS, MARKET_LIMITS } from '../exchange/simulator/wire/peer.js';
import { SocketServer } from '../exchange/simulator/wire/socket-server.js';
import { UserStreams } from '../exchange/simulator/wire/user-streams.js';
import type { ActorSystem, Address } from '../otp/index.js';
import { messageOf } from '../platform/error-facts.js';
import { randomId } from '../platform/random-id.js';
import { seededRandom } from '../platform/seeded-random.js';
import type { SimulatorOptions } from './simulator.js';

const CLIENT_ORDER_ID_BYTES = 11;

/** What the simulator's actors share, and what clients come in by. */
export type SimulatorParts = ReturnType<typeof simulatorParts>;

/** @throws InputError when an account cannot be used */
export function simulatorParts(
  options: SimulatorOptions,
  system: ActorSystem,
  mock: Address<BinanceMockProtocol>,
) {
  const clock = new SkewedClock(options.clock);
  const faults = new ArmedFaults((id) => seededRandom(options.seed + id));
  faults.onChanged(() => {
    clock.skewMs = faults.standing('clock-skew')?.skewMs ?? 0;
  });
  const listed = new ListedSymbols(options.symbols, options.document);
  const accounts = new Accounts(options.accounts);
  const tradeLog = new MemoryTradeLog(clock);
  const api = new SimulatorApi({
    exchange: matchingExchange(system, mock),
    trades: tradeLog,
    accounts,
    clock,
    limits: options.limits ?? BINANCE_LIMITS,
    newId: () => randomId(CLIENT_ORDER_ID_BYTES),
    onDefect: (error) =>
      options.log.error(`a request failed: ${messageOf(error)}`, {
        stack: error instanceof Error ? (error.stack ?? null) : null,
      }),
    exchangeInfo: () => listed.document,
  });
  const placements = new Placements();
  const requestFaults = new RequestFaultSource(faults, placements, clock);
  const connections = new OpenConnections(faults);
  const fanOut = new FanOut();
  const users = new UserStreams();
  const sockets = new SocketServer({
    ...{ api, accounts, clock, connections, fanOut, users, faults: requestFaults },
    marketLimits: options.marketLimits ?? MARKET_LIMITS,
    apiLimits: options.apiLimits ?? API_LIMITS,
    mostAttempts: options.mostAttempts ?? MOST_ATTEMPTS,
  });
  const pacing = new HeldPacing();
  faults.arm(options.faults);
  return {
    ...{ clock, faults, listed, accounts, tradeLog, api, placements, requestFaults },
    ...{ connections, fanOut, users, sockets, pacing },
  };
}
