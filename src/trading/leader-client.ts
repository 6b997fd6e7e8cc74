import type { Address, Pid, Sender } from '../otp/index.js';
import type { LeaderProtocol } from './leader.js';
import type { TraderProtocol } from './trader.js';

/** A trader's price fell far enough below its buy: one more trader, if a chunk is free. There is no answer. */
export const askRebuy = (sender: Sender, leader: Address<LeaderProtocol>, cycleId: number): void => {
  sender.cast(leader, 'askRebuy', { cycleId });
};

/** Settings, balance or rules have changed: parked traders try again. */
export const conditionsChanged = (sender: Sender, leader: Address<LeaderProtocol>): void => {
  sender.cast(leader, 'conditionsChanged', null);
};

/** The traders that run, in order of their start. */
export const tradersOf = (
  sender: Sender,
  leader: Address<LeaderProtocol>,
): Promise<readonly Pid<TraderProtocol>[]> => sender.call(leader, 'traders', null);
