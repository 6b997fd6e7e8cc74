import { Decimal } from '../domain/decimal.js';
import type { OrderRequest } from '../domain/order.js';
import type { Leg, LegFill } from './leg.js';
import type { CycleResult, EarlierSells, Position, Rebuy } from './position.js';

/** A value of JSON in which every decimal has become its text. */
type Encoded<T> = T extends Decimal
  ? string
  : T extends object
    ? { readonly [K in keyof T]: Encoded<T[K]> }
    : T;

/** A position as JSON. */
export type PositionJson = Encoded<Position>;

/** The position as a value that JSON can hold: decimals as text, exact and without an exponent. */
export function positionToJson(position: Position): PositionJson {
  return JSON.parse(JSON.stringify(position, withDecimals)) as PositionJson;
}

// JSON.stringify asks a decimal's own toJSON first, which writes an exponent for some; so the holder is looked at.
function withDecimals(this: unknown, key: string, value: unknown): unknown {
  const held = (this as Record<string, unknown>)[key];
  return held instanceof Decimal ? held.toFixed() : value;
}

/** The position that `positionToJson` made this of. Throws on a phase or a decimal that is none. */
export function positionFromJson(json: PositionJson): Position {
  switch (json.phase) {
    case 'flat':
    case 'buy-parked':
      return json;
    case 'buying':
      return { ...json, buy: leg(json.buy), rebuy: rebuy(json.rebuy) };
    case 'selling':
      return {
        ...json,
        buy: leg(json.buy),
        sell: leg(json.sell),
        earlierSells: earlierSells(json),
        rebuy: rebuy(json.rebuy),
      };
    case 'sell-parked':
      return {
        ...json,
        buy: leg(json.buy),
        earlierSells: earlierSells(json),
        rebuy: rebuy(json.rebuy),
      };
    case 'closed':
      return {
        ...json,
        result: result(json.result),
        buy: json.buy === null ? null : leg(json.buy),
        sell: json.sell === null ? null : leg(json.sell),
        earlierSells: earlierSells(json),
      };
    default:
      throw new Error(`a position has no phase ${String((json as { phase: unknown }).phase)}`);
  }
}

const request = (json: Encoded<OrderRequest>): OrderRequest => ({
  ...json,
  price: new Decimal(json.price),
  quantity: new Decimal(json.quantity),
});

const leg = ({ request: asked, attempt, orderId, status, filled, ...told }: LegJson): Leg => ({
  request: request(asked),
  attempt,
  orderId,
  status,
  filled: new Decimal(filled),
  fills: 'fills' in told ? told.fills.map(legFill) : sumAsFills(told, asked, filled),
});

const legFill = ({ tradeId, price, quantity, baseCommission }: Encoded<LegFill>): LegFill => ({
  tradeId,
  price: new Decimal(price),
  quantity: new Decimal(quantity),
  baseCommission: new Decimal(baseCommission),
});

/** Which trades filled it, and what all of them took together. */
interface SummedFills {
  readonly tradeIds: readonly number[];
  readonly baseCommission: string;
}
/** Positions were once written without the single fills, and without sells that were ended early. */
type LegJson = Encoded<Leg> | (Omit<Encoded<Leg>, 'fills'> & SummedFills);

/** The first fill stands for all: so their ids are still known, and what there is to sell is the same. */
const sumAsFills = (
  { tradeIds, baseCommission }: SummedFills,
  { price }: Encoded<OrderRequest>,
  filled: string,
): LegFill[] =>
  tradeIds.map((tradeId, index) =>
    legFill({
      tradeId,
      price,
      quantity: index === 0 ? filled : '0',
      baseCommission: index === 0 ? baseCommission : '0',
    }),
  );

const earlierSells = (json: { readonly earlierSells?: readonly LegJson[] }): EarlierSells =>
  (json.earlierSells ?? []).map(leg);

const rebuy = (json: Encoded<Rebuy>): Rebuy => ({ ...json, below: new Decimal(json.below) });

const result = (json: Encoded<CycleResult>): CycleResult =>
  json.kind === 'dust' ? { ...json, quantity: new Decimal(json.quantity) } : json;
