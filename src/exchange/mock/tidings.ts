import { type Publication, publication } from '../../otp/index.js';
import { accountEvents, executions, orders, tradeEvents } from '../../ports/topics.js';
import type { OrderChange } from './matching-engine.js';

/** What is told of a change: the report before the print, so that the owner knows its own trade when it sees it. */
export function tidings(
  { account, order, report, fill, print, balances }: OrderChange,
  hasAccounts: boolean,
): readonly Publication[] {
  const told: Publication[] = [
    publication(executions(order.symbol), report),
    publication(orders(order.symbol), { kind: 'order-update', order }),
  ];
  if (hasAccounts) {
    const event = { kind: 'account-event', account, report, order, fill, balances } as const;
    told.push(publication(accountEvents(account), event));
  }
  if (print !== null) told.push(publication(tradeEvents(order.symbol), print));
  return told;
}
