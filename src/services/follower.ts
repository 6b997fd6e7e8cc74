import type { GenServer, Protocol, Self } from '../otp/index.js';
import type { DesiredState } from '../ports/desired-state.js';
import type { Service } from './service.js';

/**
 * Follower: has its service follow what is wanted, whenever that may have changed. Changes that come while it is at work are
 * looked at together, when it is done.
 */
interface FollowerArg {
  // biome-ignore lint/suspicious/noExplicitAny: what is wanted is the service's business, and both are contravariant in it.
  readonly service: Service<any>;
  // biome-ignore lint/suspicious/noExplicitAny: as above.
  readonly desired: DesiredState<any>;
}

interface FollowerState extends FollowerArg {
  readonly unfollow: () => void;
  working: boolean;
  /** Something changed while it was at work. */
  again: boolean;
  followed: number;
}

export interface FollowerProtocol extends Protocol {
  readonly arg: FollowerArg;
  readonly state: FollowerState;
  readonly info:
    | { readonly kind: 'changed' | 'followed' }
    | { readonly kind: 'failed'; readonly error: unknown };
}

function follow(state: FollowerState, self: Self<FollowerProtocol>): void {
  state.working = true;
  state.again = false;
  self.pipe(
    state.service.follow(state.desired),
    () => ({ kind: 'followed' }),
    (error) => ({ kind: 'failed', error }),
  );
}

export const Follower: GenServer<FollowerProtocol> = {
  kind: 'Follower',
  init({ service, desired }, self) {
    const unfollow = desired.follow(() => {
      // One that was killed had no time to say that it hears no more.
      if (!self.send(self, { kind: 'changed' })) unfollow();
    });
    const state: FollowerState = { service, desired, unfollow, working: false, again: false, followed: 0 };
    // What changed before it began to listen.
    follow(state, self);
    return { state };
  },
  info(state, message, self) {
    switch (message.kind) {
      case 'changed':
        if (state.working) state.again = true;
        else follow(state, self);
        return { state };
      case 'followed':
        state.working = false;
        state.followed++;
        if (state.again) follow(state, self);
        return { state };
      case 'failed':
        throw message.error;
      case 'down':
        return { state };
    }
  },
  terminate: ({ unfollow }) => unfollow(),
  inspect: ({ service, followed, working }) => ({
    service: service.name,
    followed,
    ...(working ? { working } : {}),
    ...service.inspect(),
  }),
};
