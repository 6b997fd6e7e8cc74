import { ActorSystem, type GenServer, type Pid, type Protocol } from '../src/otp/index.js';
import { systemClock } from '../src/platform/system-clock.js';
import type { Benchmark } from './benchmark.js';
import { interleaved, perSecond, ratios } from './measure.js';
import { ask, type RawRef, spawnRaw, startRaw, stopRaw, tell } from './raw-nact.js';
import { type Figure, figure } from './report.js';

const NAME = 'otp';

interface EchoProtocol extends Protocol {
  readonly state: null;
  readonly calls: { echo(value: number): number };
  readonly casts: { readonly note: number };
}

const Echo: GenServer<EchoProtocol> = {
  kind: 'Echo',
  init: () => ({ state: null }),
  calls: { echo: (state, value) => ({ state, reply: value }) },
  casts: { note: (state) => ({ state }) },
};

/** Our layer at work on one actor. */
class Layered {
  private readonly system = new ActorSystem({ clock: systemClock });
  private readonly echo = this.system.spawn(Echo, undefined, 'echo');

  /** All at once, then wait until they are handled. */
  burst(count: number): Promise<number> {
    return perSecond(count, () => {
      for (let index = 0; index < count; index++) this.system.cast(this.echo, 'note', index);
      return this.system.quiesce();
    });
  }

  async calls(count: number): Promise<number> {
    return perSecond(count, async () => {
      for (let index = 0; index < count; index++) await this.system.call(this.echo, 'echo', index);
    });
  }

  async spawns(count: number): Promise<number> {
    const pids: Pid[] = [];
    const rate = await perSecond(count, () => {
      for (let index = 0; index < count; index++)
        pids.push(this.system.spawn(Echo, undefined, `echo-${index}`));
    });
    for (const pid of pids) this.system.kill(pid);
    return rate;
  }

  stop(): Promise<void> {
    return this.system.stop();
  }
}

/** The same on nact alone. */
class Raw {
  private readonly root = startRaw();
  private readonly sink: RawRef;
  private readonly echo: RawRef;
  private pending = 0;
  private settled: () => void = () => {};

  constructor() {
    this.sink = spawnRaw(this.root, 'sink', () => {
      if (--this.pending === 0) this.settled();
    });
    this.echo = spawnRaw(this.root, 'echo', (message) => {
      const { value, replyTo } = message as { value: number; replyTo: RawRef };
      tell(replyTo, value);
    });
  }

  burst(count: number): Promise<number> {
    return perSecond(
      count,
      () =>
        new Promise((resolve) => {
          this.pending = count;
          this.settled = resolve;
          for (let index = 0; index < count; index++) tell(this.sink, index);
        }),
    );
  }

  calls(count: number): Promise<number> {
    return perSecond(count, async () => {
      for (let value = 0; value < count; value++) {
        await ask(this.echo, (replyTo) => ({ value, replyTo }));
      }
    });
  }

  async spawns(count: number): Promise<number> {
    const refs: RawRef[] = [];
    const rate = await perSecond(count, () => {
      for (let index = 0; index < count; index++) refs.push(spawnRaw(this.root, `echo-${index}`, () => {}));
    });
    for (const ref of refs) stopRaw(ref);
    return rate;
  }

  stop(): void {
    stopRaw(this.root);
  }
}

/** Messages, calls and spawns of our layer, beside nact's dispatch, query and spawn. */
export const benchOtp: Benchmark = async ({ isQuick, tell: progress }) => {
  const rounds = isQuick ? 3 : 5;
  const scale = isQuick ? 0.1 : 1;
  const layered = new Layered();
  const raw = new Raw();
  const figures: Figure[] = [];
  const compare = async (what: 'burst' | 'calls' | 'spawns', count: number, unit: string) => {
    progress(`${NAME}: ${what}`);
    const samples = await interleaved(rounds, {
      ours: () => layered[what](count * scale),
      nact: () => raw[what](count * scale),
    });
    figures.push(
      figure(NAME, what, 'ours', unit, samples.ours),
      figure(NAME, what, 'nact', unit, samples.nact),
      figure(NAME, what, 'ours / nact', 'ratio', ratios(samples.ours, samples.nact)),
    );
  };
  await compare('burst', 100_000, 'messages/s');
  await compare('calls', 50_000, 'calls/s');
  await compare('spawns', 5_000, 'spawns/s');
  await layered.stop();
  raw.stop();
  return figures;
};
