import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { TradeEvent } from '../../src/domain/trade-event.js';
import { type Note, type Question, TradeLine } from '../../src/streaming/trade-line.js';
import { aTrade } from '../support/market.js';
import { Random } from '../support/random.js';

const FIRST = 100;

interface World {
  readonly seed: number;
  readonly ids: number;
  readonly maxWaiting: number;
  readonly maxResume: number;
  /** Where it begins: null without anything stored. */
  readonly stored: number | null;
}

/** A market, a stream that cuts, repeats and reorders what it tells, and an exchange that serves late or not at all. */
class Simulation {
  readonly random: Random;
  readonly exists: readonly number[];
  readonly published: number[] = [];
  readonly notes: Note[] = [];
  readonly line: TradeLine;
  private readonly stream: number[];
  private pending: Question | null = null;
  /** The exchange serves ids up to this one. */
  private served: number;
  private readonly end: number;

  constructor(private readonly world: World) {
    this.random = new Random(world.seed);
    this.end = FIRST + world.ids;
    const absence = this.random.pick([0, 0.02, 0.2]);
    // The last one exists, so that there is an end to reach.
    this.exists = Array.from({ length: world.ids + 1 }, (_, index) => FIRST + index).filter(
      (id) => id === this.end || !this.random.chance(absence),
    );
    this.stream = this.damaged();
    this.served = FIRST + this.random.below(world.ids);
    this.line = new TradeLine(world.maxWaiting, world.maxResume);
  }

  run(): void {
    const { line, random, stream } = this;
    let begun = false;
    while (stream.length > 0) {
      if (!begun && random.chance(0.2)) {
        line.begin(this.world.stored);
        begun = true;
      }
      random.pick([
        () => this.offerNext(),
        () => this.offerNext(),
        () => this.offerNext(),
        () => this.ask(),
        () => this.answer(random.chance(0.3)),
        () => this.publish(random.below(5)),
        () => line.expectCheck(),
        () => line.checkIsDue(),
        () => this.record(),
      ])();
      this.served = Math.max(this.served, Math.min(this.end, this.served + random.below(4)));
    }
    if (!begun) line.begin(this.world.stored);
    // In the end everything is served, and the last trade is told.
    this.served = this.end;
    this.offer(this.end);
    for (let rounds = 0; !this.isDone(); rounds++) {
      if (rounds > 10 * this.world.ids) throw new Error(`stuck: ${JSON.stringify(line.question())}`);
      this.ask();
      this.answer(random.chance(0.1));
      this.publish(1_000);
      this.record();
    }
  }

  private isDone(): boolean {
    return (
      this.line.sequence.lastId === this.end &&
      this.line.sequence.ready.length === 0 &&
      this.line.unrecorded().length === 0
    );
  }

  private offerNext(): void {
    this.offer(this.stream.shift() as number);
  }

  private offer(id: number): void {
    this.line.offer(aTrade(id));
  }

  private ask(): void {
    this.pending ??= this.line.question();
  }

  private answer(isFailure: boolean): void {
    const { pending, line } = this;
    if (pending === null) return;
    this.pending = null;
    if (isFailure) {
      if (this.random.chance(0.5)) line.rateLimited();
      else line.failed('no network');
      return;
    }
    line.answer(pending, this.page(pending));
  }

  private page({ fromId, limit }: Question): readonly TradeEvent[] {
    return this.exists
      .filter((id) => id >= fromId && id <= this.served)
      .slice(0, limit)
      .map((id) => aTrade(id));
  }

  private publish(count: number): void {
    const { sequence } = this.line;
    const some = sequence.ready.slice(0, count).map(({ tradeId }) => tradeId);
    this.published.push(...some);
    sequence.release(some.length);
  }

  private record(): void {
    const notes = this.line.unrecorded();
    this.notes.push(...notes);
    this.line.recorded(notes);
  }

  /** The ids as the stream tells them: pieces are cut out, some come twice, some late. */
  private damaged(): number[] {
    const { random } = this;
    const cutting = random.pick([0, 0.05, 0.3]);
    const told: number[] = [];
    let isCut = false;
    for (const id of this.exists) {
      if (random.chance(cutting)) isCut = !isCut;
      if (isCut) continue;
      told.push(id);
      if (random.chance(0.1)) told.push(id);
      if (random.chance(0.02)) told.push(...told.slice(-10));
    }
    const reach = random.pick([1, 1, 3, 10]);
    return told
      .map((id, index) => ({ id, place: index + random.below(reach) }))
      .toSorted((a, b) => a.place - b.place)
      .map(({ id }) => id);
  }
}

const within = (notes: readonly Note[], kind: Note['kind'], id: number): boolean =>
  notes.some(({ kind: found, range: { from, to } }) => found === kind && from <= id && id <= to);

const worlds = (maxResume: fc.Arbitrary<number>, stored: fc.Arbitrary<number | null>) =>
  fc.record({
    seed: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
    ids: fc.integer({ min: 1, max: 300 }),
    maxWaiting: fc.constantFrom(1, 2, 5, 50, 1_000),
    maxResume,
    stored,
  });

it('publishes every id that exists once and in order, and notes those that do not exist', () => {
  fc.assert(
    fc.property(worlds(fc.constant(10_000), fc.constant(FIRST - 1)), (world) => {
      const simulation = new Simulation(world);
      simulation.run();
      expect(simulation.published).toEqual(simulation.exists);
      const absent = simulation.notes.flatMap(({ range: { from, to } }) =>
        Array.from({ length: to - from + 1 }, (_, index) => from + index),
      );
      expect(new Set(absent).size).toBe(absent.length);
      const known = new Set(simulation.exists);
      for (let id = FIRST; id <= FIRST + world.ids; id++)
        expect([id, absent.includes(id)]).toEqual([id, !known.has(id)]);
    }),
    { numRuns: 500 },
  );
});

it('publishes from some first id on when nothing is stored', () => {
  fc.assert(
    fc.property(worlds(fc.constant(10_000), fc.constant(null)), (world) => {
      const simulation = new Simulation(world);
      simulation.run();
      const [first = 0] = simulation.published;
      expect(simulation.published).toEqual(simulation.exists.filter((id) => id >= first));
    }),
    { numRuns: 300 },
  );
});

it('publishes every id or notes it as missing when there is a bound to catching up', () => {
  fc.assert(
    fc.property(
      worlds(fc.integer({ min: 1, max: 100 }), fc.integer({ min: FIRST - 1, max: FIRST + 50 })),
      (world) => {
        fc.pre((world.stored as number) < FIRST + world.ids);
        const simulation = new Simulation(world);
        simulation.run();
        const { notes } = simulation;
        expect(simulation.published).toEqual(
          simulation.exists.filter((id) => id > (world.stored as number) && !within(notes, 'missing', id)),
        );
        expect(notes.filter(({ kind }) => kind === 'missing').length).toBeLessThanOrEqual(1);
      },
    ),
    { numRuns: 300 },
  );
});
