import type { Address, Pid, Sender } from '../otp/index.js';
import type { LeaderProtocol } from './leader.js';
import type { TraderProtocol } from './trader-protocol.js';

/** A trader's price fell far enough below its buy: one more trader, if a chunk is free. `rebuyAnswered` comes back. */
export const askRebuy = (sender: Sender, leader: Address<LeaderProtocol>, cycleId: number): void => {
  sender.cast(leader, 'askRebuy', { cycleId });
};

/** The symbol's terms have changed: parked traders try again or make room, and a shutdown begins. */
export const termsChanged = (sender: Sender, leader: Address<LeaderProtocol>): void => {
  sender.cast(leader, 'termsChanged', null);
};

/** The traders that run, in order of their start. */
export const tradersOf = (
  sender: Sender,
  leader: Address<LeaderProtocol>,
): Promise<readonly Pid<TraderProtocol>[]> => sender.call(leader, 'traders', null);
