import type { ActorSystem, SupervisorProtocol } from '../otp/index.js';
import { Service } from '../services/service.js';
import { INDICATORS, indicatorName, startIndicator, stopIndicator } from './indicators-tree.js';
import type { IndicatorDeps } from './ohlc-indicator.js';

/** Indicators as a service: candles for every symbol that somebody wants them of. */
export const indicatorsService = (system: ActorSystem, deps: IndicatorDeps): Service<null> =>
  new Service<null>(
    'indicators',
    system,
    {
      supervisor: system.registry.via<SupervisorProtocol>(INDICATORS),
      idOf: indicatorName,
      whyNot: () => null,
      start: (symbol) => startIndicator(system, deps, symbol),
      stop: (symbol) => stopIndicator(system, deps.pubsub, symbol),
      change: () => true,
    },
    deps.log,
  );
