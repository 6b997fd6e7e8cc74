import type { Command } from 'commander';

export interface CancelOptions {
  readonly symbol?: string;
  readonly json?: true;
}

const NOTES = `
An ID is a client order id of this Hedgehog's, as hedgehog orders shows it, or with --symbol the exchange's order id. All are
looked up first: when one is unknown, not of this Hedgehog, or has ended already, none is cancelled.

What follows is up to the strategy, which hears of it as of an order that anybody else has cancelled:
  a buy    what it bought until then is sold. If that is nothing, the cycle is parked: nothing is bought in its place until the
           settings or the rules of the symbol change, or its trading is started again, as with the next hedgehog start
  a sell   the cycle is parked, and holds what is not sold, until the same happens; then it is sold
To be rid of a symbol in order, hedgehog trading shutdown cancels its buys and sells what it holds.

It ends with 1 when an order is open still, was filled meanwhile, or nobody knows; the answer says which.

Examples:
  hedgehog orders --open
  hedgehog order cancel hh3kq9d2ab-12-B1
  hedgehog order cancel 28457 28460 --symbol XRPUSDT --json`;

/** `hedgehog order`. */
export function addOrderCommand(program: Command): void {
  const order = program
    .command('order')
    .description('Cancel orders that rest on the exchange')
    .addHelpText('after', '\nExamples:\n  hedgehog order cancel hh3kq9d2ab-12-B1');
  order
    .command('cancel')
    .description('cancel orders that rest on the exchange')
    .argument('<ids...>', "client order ids, or with --symbol the exchange's order ids")
    .option('--symbol <symbol>', 'whose order ids they are: XRPUSDT')
    .option('--json', 'print one JSON list and nothing else on standard output')
    .addHelpText('after', NOTES)
    .action(async (ids: string[], options: CancelOptions) => {
      // Loaded only when it is run, so that help and mistakes are answered at once.
      const { cancelOrders } = await import('./order-run.js');
      await cancelOrders(ids, options);
    });
}
