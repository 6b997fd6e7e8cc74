/** What `hedgehog` alone says: where to begin. */
export const FIRST_HELP = `Hedgehog, an actor-model crypto trading engine. No command was given; these are the first ones:

  hedgehog demo                                     see it trade, on a simulated exchange on this machine
  hedgehog backtest --tape FILE --symbol XRPUSDT    replay recorded trades, and see what came of them
  hedgehog start                                    run it: stream, trade and store what is on

and, from another terminal, while it runs:

  hedgehog settings set XRPUSDT chunks=5 budget=100
  hedgehog trading start XRPUSDT                    trading, streaming and storing: start, stop, list
  hedgehog positions                                what is held; orders, profit, logs, inspect show more

hedgehog --help lists every command, and hedgehog COMMAND --help explains one.
`;
