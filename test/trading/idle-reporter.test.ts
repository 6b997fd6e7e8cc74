import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Pid, publishedOn } from '../../src/otp/index.js';
import type { StreamState } from '../../src/ports/stream-state.js';
import {
  aSymbol,
  outcomeUnknown,
  someSettings,
  startTestEngine,
  type TestEngine,
  unavailable,
} from '../../src/testing/index.js';
import { idleLines } from '../../src/trading/idle-lines.js';
import { IdleReporter, type IdleReporterProtocol, ROUND_MS } from '../../src/trading/idle-reporter.js';
import { MemoryCycleStore } from '../../src/trading/memory-cycle-store.js';
import { Outlook, type SymbolOutlook } from '../../src/trading/outlook.js';
import { aGate } from '../support/actors.js';
import { aLog, type LogEntry } from '../support/log.js';
import { eventually } from '../support/running-hedgehog.js';

const SYMBOLS = Array.from({ length: 230 }, (_, index) => `S${String(index).padStart(3, '0')}USDT`);

let engine: TestEngine;
let outlook: Outlook;
let streams: Map<string, StreamState>;
let log: ReturnType<typeof aLog>;
let said: readonly LogEntry[] = [];
beforeEach(() => {
  streams = new Map();
  engine = startTestEngine({ symbols: ['XRPUSDT', ...SYMBOLS].map((symbol) => aSymbol({ symbol })) });
  const { system, pubsub, trading, clock } = engine;
  outlook = new Outlook({
    trading,
    published: () => publishedOn(system, pubsub),
    streams: () => (symbol) => streams.get(symbol) ?? { kind: 'on', trouble: null },
    clock,
  });
  log = aLog();
  system.spawn<IdleReporterProtocol>(IdleReporter, { outlook, log }, 'IdleReporter');
});
afterEach(async () => {
  expect(engine.crashes.map(({ error }) => error.message)).toEqual([]);
  await engine.stop();
});

/** The lines of the next round. */
async function nextRound(afterMs = ROUND_MS): Promise<string[]> {
  const before = log.entries.length;
  await engine.advance(afterMs);
  // The slices of a round come by way of timers.
  for (let slice = 0; slice < 5; slice++) await engine.advance(0);
  said = log.entries.slice(before);
  return said.map(({ message }) => message);
}

describe('the IdleReporter', () => {
  it('says once a minute what each symbol waits for, with the symbol as a field', async () => {
    await engine.startSymbol();
    expect(await nextRound(ROUND_MS - 1)).toEqual([]);
    expect(await nextRound(1)).toEqual(['XRPUSDT: flat, waiting for the first trade']);
    expect(said).toMatchObject([{ level: 'info', fields: { symbol: 'XRPUSDT' } }]);
    expect(await nextRound(ROUND_MS - 1)).toEqual([]);
    expect(await nextRound(1)).toHaveLength(1);
  });

  it('says nothing of a symbol whose cycles moved within the minute, and goes on when they rest', async () => {
    await engine.startSymbol();
    await nextRound();
    engine.exchange.expectOrder({ side: 'BUY' });
    await engine.advance(1);
    await engine.trade();
    expect(await nextRound(ROUND_MS - 1)).toEqual([]);
    expect(await nextRound()).toEqual([
      expect.stringMatching(/^XRPUSDT: buy resting .*at the price; no trades/),
    ]);
    expect(said).toHaveLength(1);
  });

  it('says for how long no trade came, and whether the stream is the reason', async () => {
    await engine.startSymbol();
    engine.exchange.expectOrder({ side: 'BUY' });
    await engine.trade();
    await nextRound();
    expect(await nextRound()).toEqual(['XRPUSDT: buy resting at the price; no trades for 1 min']);
    await engine.trade({ price: '100.5' });
    expect(await nextRound()).toEqual(['XRPUSDT: buy resting 0.4975% below the price']);
    streams.set('XRPUSDT', { kind: 'on', trouble: 'the stream is reconnecting' });
    await nextRound();
    expect(await nextRound()).toEqual([
      'XRPUSDT: buy resting 0.4975% below the price; no trades for 2 min: the stream is reconnecting',
    ]);
  });

  it('says when an order of unknown outcome is looked up again', async () => {
    engine.exchange.expectOrder({}, outcomeUnknown());
    engine.exchange.allowLookups(unavailable(150_000));
    await engine.startSymbol();
    await engine.trade();
    expect(await nextRound()).toEqual(['XRPUSDT: outcome of the buy unknown, looked up again in 90 s']);
  });

  it('says that the rules are waited for, while the Leader can answer nothing', async () => {
    const starting = engine.trading.start('XRPUSDT', someSettings());
    expect((await outlook.glance()).of('XRPUSDT')?.text).toBe("waiting for the exchange's rules");
    await starting;
    await engine.settle();
    expect((await outlook.glance()).of('XRPUSDT')?.text).toBe('flat, waiting for the first trade');
  });

  it('says the same while a Leader that crashed takes up its cycles again', async () => {
    let gate: Promise<void> = Promise.resolve();
    class SlowStore extends MemoryCycleStore {
      override lead(symbol: string): never {
        return gate.then(() => super.lead(symbol)) as never;
      }
    }
    const slow = startTestEngine({ cycles: new SlowStore('test') });
    const { system, pubsub, trading, clock } = slow;
    const streamsOf = () => (): StreamState => ({ kind: 'on', trouble: null });
    const look = new Outlook({
      trading,
      published: () => publishedOn(system, pubsub),
      streams: streamsOf,
      clock,
    });
    const told = async () => (await look.glance()).of('XRPUSDT')?.text;
    await slow.startSymbol();
    expect(await told()).toBe('flat, waiting for the first trade');
    const opened = aGate();
    gate = opened.promise;
    const killed = slow.leader().whereis();
    system.kill(killed as Pid, new Error('killed by the test'));
    await eventually(
      () => told(),
      'the next Leader waits',
      (text) => text === "waiting for the exchange's rules",
    );
    opened.open();
    await slow.settle();
    expect(await told()).toBe('flat, waiting for the first trade');
    await slow.stop();
  });

  it('sums up many symbols that wait for the same, and forgets those that are stopped', async () => {
    for (const symbol of SYMBOLS) await engine.trading.start(symbol, someSettings());
    await engine.startSymbol();
    streams.set('XRPUSDT', { kind: 'off' });
    expect((await nextRound()).toSorted()).toEqual([
      '230 symbols: flat, waiting for the first trade',
      'XRPUSDT: flat, waiting for the first trade; streaming is off',
    ]);
    expect(said.find(({ message }) => message.startsWith('230'))?.fields).toEqual({
      symbols: 'S000USDT S001USDT S002USDT S003USDT S004USDT …',
    });
    for (const symbol of SYMBOLS) await engine.trading.stop(symbol);
    expect(await nextRound()).toEqual(['XRPUSDT: flat, waiting for the first trade; streaming is off']);
  });

  it('is silent while PubSub is away, and speaks again', async () => {
    await engine.startSymbol();
    engine.clock.advance(ROUND_MS - 1);
    await engine.settle();
    engine.system.kill(engine.pubsub.whereis() as never, 'killed');
    engine.clock.advance(1);
    await engine.settle();
    expect(await nextRound()).toHaveLength(1);
  });
});

describe('an outlook', () => {
  it('tells since when nothing happened, and the command that helps', async () => {
    await engine.startSymbol();
    streams.set('XRPUSDT', { kind: 'off' });
    const before = (await outlook.glance()).of('XRPUSDT');
    expect(before).toMatchObject({ sinceEventMs: null, hint: 'hedgehog streaming start XRPUSDT' });
    engine.exchange.expectOrder();
    await engine.trade();
    streams.clear();
    await engine.advance(1_500);
    expect((await outlook.glance()).of('XRPUSDT')).toMatchObject({ sinceEventMs: 1_500, hint: null });
    expect((await outlook.glance()).of('ADAUSDT')).toBeNull();
  });

  it('counts no trader twice, or one that has ended, through crashes and the end of cycles', async () => {
    await engine.startSymbol('XRPUSDT', someSettings({ chunks: 1, budget: '200' }));
    const standing = () => [...(engine.trading.symbolTraded('XRPUSDT')?.standing.traders.keys() ?? [])];
    expect(standing()).toEqual([1]);
    const buy = engine.exchange.expectOrder({ side: 'BUY' });
    const sell = engine.exchange.expectOrder({ side: 'SELL' });
    await engine.trade();
    engine.exchange.allowLookups();
    await engine.kill(engine.leader());
    expect(standing()).toEqual([1]);
    await engine.exchange.fill(buy);
    await engine.exchange.tell(engine.exchange.fillUntold(sell).report);
    expect(standing()).toEqual([2]);
  });
});

describe('idleLines', () => {
  const idle = (symbol: string, text: string, kind: SymbolOutlook['kind'] = 'price') => ({
    symbol,
    text,
    kind,
  });
  const messages = (all: ReturnType<typeof idle>[]) => idleLines(all).map(({ message }) => message);

  it('tells up to twenty by themselves, and of more only how many wait for what', () => {
    const some = SYMBOLS.slice(0, 20).map((symbol, index) => idle(symbol, `at ${index}`));
    expect(messages(some)).toEqual(some.map(({ symbol, text }) => `${symbol}: ${text}`));
    const more = [...some, idle('XRPUSDT', 'parked: no', 'parked'), idle('A', 'same'), idle('B', 'same')];
    expect(messages(more)).toEqual([
      '2 symbols: same',
      '20 symbols: orders rest on the book; hedgehog why tells more',
      'XRPUSDT: parked: no',
    ]);
  });

  it('tells nothing of nobody', () => {
    expect(idleLines([])).toEqual([]);
  });
});
