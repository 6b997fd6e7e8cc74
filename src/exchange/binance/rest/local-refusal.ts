import { brokenRule } from '../../../domain/filters.js';
import type { OrderRequest } from '../../../domain/order.js';
import type { SymbolInfo } from '../../../domain/symbol-info.js';
import type { Rejected } from '../../../ports/exchange.js';

const CLIENT_ORDER_ID = /^[a-zA-Z0-9-_]{1,36}$/;

const rejected = (code: number, reason: string): Rejected => ({ kind: 'rejected', code, reason });

/** What the exchange would say to an order that its rules exclude, in its words; null when they do not. */
export function localRefusal(info: SymbolInfo | undefined, request: OrderRequest): Rejected | null {
  if (info === undefined) return rejected(-1121, 'Invalid symbol.');
  if (!CLIENT_ORDER_ID.test(request.clientOrderId)) {
    return rejected(
      -1100,
      "Illegal characters found in parameter 'newClientOrderId'; legal range is '^[a-zA-Z0-9-_]{1,36}$'.",
    );
  }
  if (info.status !== 'TRADING')
    return rejected(-2010, `Market is closed. (${info.symbol} has the status ${info.status})`);
  if (!info.isSpotTradingAllowed)
    return rejected(
      -2010,
      `This symbol is not permitted for this account. (${info.symbol} is not traded on the spot market)`,
    );
  const broken = brokenRule(info, request);
  return broken === null ? null : rejected(broken.code, broken.message);
}
