import Table from 'cli-table3';
import type { z } from 'zod';
import type * as shapes from '../../control/schemas.js';
import { shownDistance } from '../../domain/distance.js';
import { InputError } from '../../platform/input-error.js';
import type { OrdersOptions } from './orders-command.js';
import { hedgehogToAsk } from './running-hedgehog.js';
import { say } from './say.js';

type Order = z.output<typeof shapes.order>;
type Position = z.output<typeof shapes.position>;
type Profit = z.output<typeof shapes.profit>;

const ORDER_COLUMNS = [
  ...([
    'createdTime',
    'updatedTime',
    'symbol',
    'side',
    'status',
    'price',
    'quantity',
    'executedQuantity',
  ] as const),
  ...(['orderId', 'clientOrderId'] as const),
];

export async function orders({ symbol, open, limit, csv, json }: OrdersOptions): Promise<void> {
  if (csv && json) throw new InputError('--csv and --json are both given; allowed is one of the two');
  const query = { symbol, limit, open: open && 'true' };
  const { orders: found } = await hedgehogToAsk('read').get<{ orders: Order[] }>('/v1/orders', query);
  if (json) return say(JSON.stringify(found));
  const rows = found.map((order) => ORDER_COLUMNS.map((column) => shown(column, order[column])));
  if (csv) return say([ORDER_COLUMNS, ...rows].map((row) => row.join(',')).join('\n'));
  say(rows.length === 0 ? 'no orders' : table(ORDER_COLUMNS, rows));
}

const shown = (column: string, value: string | number | null): string => {
  if (value === null) return '';
  return column.endsWith('Time') ? new Date(value).toISOString() : String(value);
};

export async function positions(asJson: boolean): Promise<void> {
  const { positions: found } = await hedgehogToAsk('read').get<{ positions: Position[] }>('/v1/positions');
  if (asJson) return say(JSON.stringify(found));
  if (found.length === 0) return say('no positions');
  const head = [
    'cycle',
    'symbol',
    'phase',
    'buy',
    'bought',
    'sell',
    'sold',
    'held',
    'last',
    'resting',
    'note',
  ];
  say(
    table(
      head,
      found.map((position) => [
        String(position.cycleId),
        position.symbol,
        position.phase,
        ofAt(position.buyQuantity, position.buyPrice),
        position.bought,
        ofAt(position.sellQuantity, position.sellPrice),
        position.sold,
        position.held,
        position.lastPrice ?? '',
        resting(position),
        position.parkedBecause ?? '',
      ]),
    ),
  );
}

const ofAt = (quantity: string | null, price: string | null): string =>
  quantity === null || price === null ? '' : `${quantity} at ${price}`;

function resting({ resting: order, distance }: Position): string {
  if (order === null) return 'nothing';
  const how = distance === null ? `at ${order.price}` : shownDistance(distance);
  return `${order.side.toLowerCase()} ${how}`;
}

export async function profit(asJson: boolean): Promise<void> {
  const found = await hedgehogToAsk('read').get<Profit>('/v1/profit');
  if (asJson) return say(JSON.stringify(found));
  if (found.symbols.length === 0) return say('nothing was traded yet');
  const head = [
    'symbol',
    'cycles',
    'gross',
    'fees',
    'realised',
    'open cycles',
    'open cost',
    'open profit',
    'in',
  ];
  const row = (name: string, { quoteAsset, ...of }: Profit['totals'][number]): string[] => [
    name,
    String(of.cycles),
    of.grossProfit,
    of.fees,
    of.netProfit,
    String(of.open.cycles),
    of.open.cost,
    of.open.profit ?? 'the last price is not known',
    quoteAsset ?? '',
  ];
  say(
    table(head, [
      ...found.symbols.map(({ symbol, ...of }) => row(symbol, of)),
      ...found.totals.map((total) => row('total', total)),
    ]),
  );
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const drawn = new Table({ head: [...head], style: { head: [], border: [], compact: true } });
  for (const row of rows) drawn.push([...row]);
  return drawn.toString();
}
