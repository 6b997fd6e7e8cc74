import { describe, expect, it } from '@jest/globals';
import {
  childSpec,
  type GenServer,
  type Protocol,
  Supervisor,
  type SupervisorProtocol,
  startChild,
} from '../../src/otp/index.js';
import { isolatedTreeSpec } from '../../src/services/isolated-tree.js';
import { aSystem, settle } from '../support/actors.js';

interface ChildProtocol extends Protocol {
  readonly arg: readonly [name: string, seen: string[]];
  readonly state: readonly [name: string, seen: string[]];
}

const Child: GenServer<ChildProtocol> = {
  kind: 'Child',
  init: (arg) => ({ state: arg }),
  beforeStop([name, seen]) {
    seen.push(`${name} stops`);
    return Promise.resolve();
  },
  terminate: ([name, seen], reason) => void seen.push(`${name} ended: ${String(reason)}`),
};

describe('a tree of things that come and go', () => {
  it('does its own last work while everything runs, then stops all of them together', async () => {
    const { system } = aSystem();
    const seen: string[] = [];
    const tree = isolatedTreeSpec({
      id: 'Tree',
      supervisor: 'Things',
      onGivenUp: () => {},
      beforeStop: () => {
        seen.push('the tree stops');
        return Promise.resolve();
      },
    });
    system.spawn(Supervisor, { children: [tree] }, 'root');
    for (const name of ['a', 'b'])
      await startChild(
        system,
        system.registry.via<SupervisorProtocol>('Things'),
        childSpec<ChildProtocol>({ id: name, server: Child, arg: [name, seen] }),
      );
    await settle(system);
    await system.stop();
    expect(seen).toEqual(['the tree stops', 'b stops', 'a stops', 'b ended: shutdown', 'a ended: shutdown']);
  });
});
