import { describe, expect, it } from '@jest/globals';
import { describeExit, type ExitReason, formatTree, inspectTree } from '../../src/otp/index.js';
import { InputError } from '../../src/platform/input-error.js';
import { actorNamed } from '../support/actors.js';
import { eventually } from '../support/running-hedgehog.js';
import { API_KEY, aSimulator, SECRET, stopSimulatorsAfterEach, tradesAt } from '../support/simulator.js';

stopSimulatorsAfterEach();

const TRADES = { XRPUSDT: tradesAt('XRPUSDT', '0.5', '0.51', '0.52') };

describe('composeSimulator', () => {
  it('a market that crashes is started again, and goes on with the next trade', async () => {
    const { simulator, connect, control } = await aSimulator({ trades: TRADES });
    const client = await connect('/ws/xrpusdt@trade');
    await control('POST /step');
    simulator.system.kill(actorNamed(simulator.system, 'Market XRPUSDT'), new Error('a test'));
    await eventually(
      () =>
        control('POST /step').then(
          () => true,
          () => false,
        ),
      'it is there again',
    );
    expect((await client.json(2)).map(({ t, p }) => [t, p])).toEqual([
      [1, '0.50000000'],
      [2, '0.51000000'],
    ]);
  });

  it.each(['PubSub', 'BinanceMock', 'TradeTeller', 'AccountTeller', 'SimulatorServer'])(
    'a crash of its %s ends the simulator: it would have forgotten every order, or told nobody of them',
    async (name) => {
      const ends: ExitReason[] = [];
      const { simulator, connect } = await aSimulator({
        trades: TRADES,
        onEnd: (reason) => ends.push(reason),
      });
      const client = await connect('/ws');
      simulator.system.kill(actorNamed(simulator.system, name), new Error('a test'));
      await eventually(() => ends.length, 'it ends');
      expect(describeExit(ends[0] as ExitReason)).toBe(
        `RestartIntensityExceeded: ${name} needed more than 0 restarts in 5 s, the last time for: a test`,
      );
      await client.closed();
    },
  );

  it('two on one port cannot be, and the second leaves nothing behind', async () => {
    const { port } = await aSimulator();
    const second = aSimulator({ port });
    await expect(second).rejects.toThrow(InputError);
    await expect(second).rejects.toThrow(`port ${port}: another program listens there`);
  });

  it('once it has stopped its port is free again', async () => {
    const { simulator, port } = await aSimulator();
    await simulator.stop();
    const { port: again } = await aSimulator({ port });
    expect(again).toBe(port);
  });

  it('the tree shows neither keys nor secrets', async () => {
    const { simulator } = await aSimulator({ trades: TRADES });
    const tree = formatTree(inspectTree(simulator.system));
    expect(tree).toContain('Market XRPUSDT');
    for (const secret of [API_KEY, SECRET, 'PUBLIC KEY']) expect(tree).not.toContain(secret);
  });
});
