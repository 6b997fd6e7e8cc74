import { describe, expect, it } from '@jest/globals';
import { cancelled, unanswered } from '../../src/testing/index.js';
import { actorNamed } from '../support/actors.js';
import { shutdownStage, UNKNOWN_ORDER } from '../support/shutdown-stage.js';

const stage = shutdownStage();
const { start, aBuy, aSell, phases, results, isOver } = stage;

const VICTIMS = ['Trader 1', 'Leader XRPUSDT', 'DynamicTraderSupervisor XRPUSDT', 'SymbolSupervisor XRPUSDT'];

const crash = (name: string): Promise<void> => stage.engine.kill(actorNamed(stage.engine.system, name));

describe.each(VICTIMS)('a crash of %s during a shutdown', (victim) => {
  it.each([
    { name: 'never arrived', arrived: false },
    { name: 'took effect', arrived: true },
  ])('ends a buy whose cancel $name', async ({ arrived }) => {
    await aBuy();
    stage.exchange.expectCancel({}, unanswered({ arrived }));
    await stage.engine.shutDown();
    stage.exchange.allowLookups();
    stage.exchange.allowCancels(arrived ? UNKNOWN_ORDER : cancelled());
    await crash(victim);
    isOver();
    expect(results()).toEqual(['abandoned']);
    expect(stage.exchange.orderRequests).toHaveLength(1);
  });

  it('sells what was filled while nobody was there to hear of it', async () => {
    const buy = await aBuy();
    stage.exchange.expectCancel({}, unanswered());
    await stage.engine.shutDown();
    stage.exchange.fillUntold(buy);
    stage.exchange.allowLookups();
    stage.exchange.allowCancels(UNKNOWN_ORDER);
    const sell = stage.exchange.expectOrder({ side: 'SELL', quantity: '2' });
    await crash(victim);
    expect([phases(), stage.timesTold]).toEqual([['selling'], 0]);
    await stage.exchange.fill(sell);
    isOver();
  });

  it('goes on selling, and then it is over', async () => {
    const sell = await aSell();
    await stage.engine.shutDown();
    stage.exchange.allowLookups();
    await crash(victim);
    await stage.engine.trade({ price: '50' });
    expect([phases(), stage.timesTold]).toEqual([['selling'], 0]);
    await stage.exchange.fill(sell);
    isOver();
    expect(results()).toEqual(['sold']);
  });

  it('that sold meanwhile ends it', async () => {
    const sell = await aSell();
    await stage.engine.shutDown();
    stage.exchange.fillUntold(sell);
    stage.exchange.allowLookups();
    await crash(victim);
    isOver();
  });
});

it('a shutdown that is asked for while the Leader is being started again is not lost', async () => {
  await start();
  const leader = stage.engine.leader().whereis();
  if (leader === undefined) throw new Error('there is no Leader');
  stage.engine.system.kill(leader, new Error('crashed'));
  expect(await stage.engine.shutDown()).toBe(true);
  isOver();
});
