import type { Endpoint, Endpoints } from '../endpoint.js';
import { Refusal } from '../refusal.js';

/**
 * What Binance has and the simulator has not. Who asks is told so with an error of Binance's, once it is known who it is;
 * the parameters are not looked at.
 */
const refusing = (code: number, msg: string): Endpoint => ({
  security: 'TRADE',
  weight: 1,
  required: {},
  optional: 'any',
  run: () => {
    throw new Refusal(code, msg);
  },
});

const unsupported = refusing(-1020, 'This operation is not supported.');

export const NOT_SIMULATED: Endpoints = {
  'POST /api/v3/order/cancelReplace': refusing(
    -2010,
    'Order cancel-replace is not supported for this symbol.',
  ),
  'PUT /api/v3/order/amend/keepPriority': refusing(-2038, 'Order amend is not supported for this symbol.'),
  'POST /api/v3/order/oco': unsupported,
  'POST /api/v3/orderList/oco': unsupported,
  'POST /api/v3/orderList/oto': unsupported,
  'POST /api/v3/orderList/otoco': unsupported,
  'POST /api/v3/orderList/opo': unsupported,
  'POST /api/v3/orderList/opoco': unsupported,
  'DELETE /api/v3/orderList': unsupported,
  'POST /api/v3/sor/order': unsupported,
  'POST /api/v3/sor/order/test': unsupported,
};
