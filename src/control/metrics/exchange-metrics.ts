import type { PlacementCounts } from '../../exchange/counted-exchange.js';
import type { Clock } from '../../ports/clock.js';
import type { ExchangeFigures } from '../deps.js';
import { alone, type Meter, type Sample } from './meter.js';

export function describeExchange(
  meter: Meter,
  { rest }: ExchangeFigures,
  placements: PlacementCounts,
  clock: Clock,
): void {
  meter.total(
    'hedgehog_placements_total',
    'orders that were to be placed; outcome is placed, rejected, rate-limited or outcome-unknown',
    ['outcome'],
    () => [...placements.byOutcome].map(([outcome, count]): Sample => [{ outcome }, count]),
  );
  meter.total(
    'hedgehog_order_rejections_total',
    "orders that were refused, by the exchange's error code",
    ['code'],
    () => [...placements.rejections].map(([code, count]): Sample => [{ code: String(code) }, count]),
  );
  meter.total(
    'hedgehog_rest_requests_total',
    'requests sent to the exchange, by endpoint and by what came of them',
    ['endpoint', 'outcome'],
    () =>
      [...(rest?.requests ?? [])].map(
        ({ endpoint, outcome, count }): Sample => [{ endpoint, outcome }, count],
      ),
  );
  meter.durations(
    'hedgehog_rest_request_seconds',
    'from a request to its answer, or to when none was waited for any longer',
    rest?.roundTrip ?? null,
  );
  const usage = (read: (of: { readonly used: number; readonly limit: number }) => number) => () =>
    (rest?.usage(clock.monotonicMs()) ?? []).map(
      (of): Sample => [{ limit: of.kind, window_seconds: String(of.windowMs / 1_000) }, read(of)],
    );
  const labels = ['limit', 'window_seconds'];
  meter.gauge(
    'hedgehog_rest_limit_used',
    'how much of a limit of the exchange is used up in the window that runs',
    labels,
    usage(({ used }) => used),
  );
  meter.gauge(
    'hedgehog_rest_limit',
    'what the exchange allows in a window',
    labels,
    usage(({ limit }) => limit),
  );
  meter.gauge(
    'hedgehog_exchange_clock_offset_seconds',
    "how far the exchange's clock is ahead of this machine's",
    [],
    () => {
      const nowMs = rest?.exchangeNow(clock.monotonicMs()) ?? null;
      return nowMs === null ? [] : alone((nowMs - clock.wallMs()) / 1_000);
    },
  );
}
