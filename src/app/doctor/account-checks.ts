import { openOrders } from '../../exchange/binance/rest/requests.js';
import { accountFacts } from './account-facts.js';
import { type Check, ok, problem, warning } from './check.js';

const KEYS = 'keys';

export const keysCheck: Check = {
  name: KEYS,
  needs: ['exchange clock'],
  otherwise: 'the exchange does not take the keys',
  async run({ known }) {
    const { desk } = known;
    if (desk === undefined) return null;
    known.account = (await desk.ask(accountFacts)).value;
    return ok('the exchange takes them');
  },
};

export const accountCheck: Check = {
  name: 'account',
  needs: [KEYS],
  async run({ known: { account, remote } }) {
    if (account === undefined || remote === undefined) return null;
    const { canTrade, canWithdraw, commission } = account;
    if (!canTrade)
      return problem(
        'it may not trade: the exchange refuses its orders',
        'have that changed at the exchange',
      );
    const found = `it may trade; commission ${commission.maker.toFixed()} as maker, ${commission.taker.toFixed()} as taker`;
    return canWithdraw && remote.isRealMoney
      ? warning(
          `${found}; withdrawals are open for it`,
          'see at the exchange that this key may not withdraw: Hedgehog never needs to',
        )
      : ok(found);
  },
};

export const openOrdersCheck: Check = {
  name: 'open orders',
  needs: [KEYS],
  async run({ known: { desk, orderIdStarts } }) {
    if (desk === undefined) return null;
    const { value: open } = await desk.ask(openOrders());
    if (open.length === 0) return ok('none');
    if (orderIdStarts === undefined || orderIdStarts === null)
      return ok(`${open.length}; whose they are is not known without a database of ours`);
    const others = open.filter(
      ({ clientOrderId }) => !orderIdStarts.some((start) => clientOrderId.startsWith(start)),
    );
    const symbols = [...new Set(others.map(({ symbol }) => symbol))].toSorted();
    return others.length === 0
      ? ok(`${open.length}, all of them ours`)
      : warning(
          `${open.length}, of which ${others.length} are not ours: ${symbols.slice(0, 10).join(', ')}`,
          'Hedgehog leaves them alone; what they lock it cannot use',
        );
  },
};
