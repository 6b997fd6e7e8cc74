import { describe, expect, it } from '@jest/globals';
import { runAlone } from '../support/run-alone.js';

/** Runs with an Ending in a process of its own that nothing but it ends; its limit is over as soon as it is set. */
const withEnding = (work: string) =>
  runAlone(`
    import { Ending } from '../app/ending.js';
    const say = (message) => process.stdout.write(message + '\\n');
    const log = { error: say, warn: say, info: say, debug: say };
    const clock = {
      wallMs: () => 0,
      monotonicMs: () => 0,
      after: (ms, run) => {
        say('limit ' + ms);
        if (globalThis.isHanging) setTimeout(run, 1);
        return () => {};
      },
    };
    const alive = setInterval(() => {}, 1_000);
    const ending = new Ending(log, clock);
    const signal = (name) => process.kill(process.pid, name);
    const end = (reason) => {
      say('ends: ' + reason);
      ending.forget();
      clearInterval(alive);
    };
    ${work}`);

describe('a run ends', () => {
  it.each(['SIGINT', 'SIGTERM'])('with 0 when it is asked to by %s', (signal) => {
    expect(withEnding(`ending.asked.then(end); signal('${signal}');`)).toEqual({
      status: 0,
      output: 'limit 35000\nends: null\n',
    });
  });

  it.each([
    { first: 'SIGTERM', second: 'SIGINT', code: 130 },
    { first: 'SIGINT', second: 'SIGTERM', code: 143 },
  ])('at once with $code when $second is the second signal', ({ first, second, code }) => {
    expect(withEnding(`ending.asked.then(() => signal('${second}')); signal('${first}');`)).toEqual({
      status: code,
      output: `limit 35000\n${second} again: ending at once\n`,
    });
  });

  it('with 1 when what it waits for does not end within its limit, of which there is one', () => {
    const { status, output } = withEnding(`
      globalThis.isHanging = true;
      ending.ask();
      ending.fail('too late');`);
    expect({ status, output }).toEqual({
      status: 1,
      output: 'limit 35000\nit has not ended within 35 seconds; ending at once\n',
    });
  });

  it('for the first defect outside the actors, and tells of no more', () => {
    const { status, output } = withEnding(`
      ending.asked.then((reason) => setTimeout(() => end(reason), 20));
      for (const name of ['first', 'second']) setTimeout(() => { throw new Error(name); }, 1);
      Promise.reject(new Error('unheard'));`);
    expect(status).toBe(1);
    expect(output.match(/a defect outside the actors, Hedgehog ends: \w+/g)).toHaveLength(1);
    expect(output).toMatch(/ends: a defect outside the actors: \w+/);
  });

  it('with 1 for a defect while it stops', () => {
    const { status, output } = withEnding(`
      ending.asked.then((reason) => {
        ending.expected = true;
        setTimeout(() => { throw new Error('late'); }, 1);
        setTimeout(() => end(reason), 50);
      });
      ending.ask();`);
    expect(status).toBe(1);
    expect(output).toContain('Hedgehog ends: late\nends: null');
  });
});
