import { BinanceClient, type BinanceClientProtocol } from '../exchange/binance/binance-client.js';
import { binanceExchange } from '../exchange/binance/binance-exchange.js';
import { type BinanceRest, binanceRest } from '../exchange/binance/binance-rest.js';
import type { RestFigures } from '../exchange/binance/rest/rest-figures.js';
import type { ConnectionBudget } from '../exchange/binance/socket/connection-budget.js';
import { restTime } from '../exchange/binance/user-data/rest-time.js';
import type { UserDataFigures } from '../exchange/binance/user-data/user-data-figures.js';
import {
  UserDataStream,
  type UserDataStreamArg,
  type UserDataStreamProtocol,
} from '../exchange/binance/user-data/user-data-stream.js';
import { type ActorSystem, childSpec } from '../otp/index.js';
import type { RemoteExchange } from './exchange-choice.js';
import type { BuildExchange } from './exchange-part.js';

const CLIENT = 'BinanceClient';
const USER_DATA = 'UserDataStream';

export interface BinancePartOptions {
  readonly remote: Pick<RemoteExchange, 'endpoints' | 'credentials'>;
  readonly random: () => number;
  /** Shared with the market streams. */
  readonly budget: ConnectionBudget;
  /** Where it is counted what was asked and told. */
  readonly figures?: { readonly rest: RestFigures; readonly userData: UserDataFigures };
  /** How patient the user data stream is; default as it is of itself. */
  readonly userData?: Pick<UserDataStreamArg, 'resumeEveryMs' | 'lookUpAfterMs' | 'tuning'>;
}

/** The REST client of an engine that has one. */
export const restOf = (system: ActorSystem): BinanceRest =>
  binanceRest(system, system.registry.via<BinanceClientProtocol>(CLIENT));

/** Binance, or what speaks like it: the REST client, and the stream that tells of our orders. */
export const binancePart =
  ({
    remote: { endpoints, credentials },
    random,
    budget,
    userData = {},
    figures,
  }: BinancePartOptions): BuildExchange =>
  ({ system, pubsub, clock, log }) => {
    const rest = restOf(system);
    return {
      exchange: binanceExchange(system, rest, pubsub),
      specs: [
        childSpec<BinanceClientProtocol>({
          id: CLIENT,
          server: BinanceClient,
          arg: {
            ...{ restUrl: endpoints.rest, credentials, clock, log, random },
            ...(figures === undefined ? {} : { figures: figures.rest }),
          },
          register: CLIENT,
        }),
        childSpec<UserDataStreamProtocol>({
          id: USER_DATA,
          server: UserDataStream,
          arg: {
            ...userData,
            ...(figures === undefined ? {} : { figures: figures.userData }),
            url: endpoints.wsApi,
            signing: credentials,
            time: restTime(rest),
            ...{ clock, random, budget, pubsub, log },
          },
          register: USER_DATA,
        }),
      ],
    };
  };
