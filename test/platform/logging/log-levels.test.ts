import { describe, expect, it } from '@jest/globals';
import { InputError } from '../../../src/platform/input-error.js';
import { LogRing } from '../../../src/platform/log-ring.js';
import { DaemonLog } from '../../../src/platform/logging/daemon-log.js';
import type { LogEntry } from '../../../src/platform/logging/log-entry.js';
import { everyPartAt, LogLevels, parseLogLevels } from '../../../src/platform/logging/log-levels.js';
import { partLog } from '../../../src/platform/logging/part-log.js';
import { SimClock } from '../../../src/platform/sim-clock.js';
import { LOG_LEVELS, LOG_PARTS } from '../../../src/ports/log.js';
import { aLog } from '../../support/log.js';

describe('parseLogLevels', () => {
  it.each([
    { text: 'debug', want: everyPartAt('debug') },
    {
      text: 'info,trading=debug,streaming=warn',
      want: { ...everyPartAt('info'), trading: 'debug', streaming: 'warn' },
    },
    { text: ' trading = debug , error ', want: { ...everyPartAt('error'), trading: 'debug' } },
    { text: 'control=warn', want: { ...everyPartAt('info'), control: 'warn' } },
  ])('takes $text', ({ text, want }) => {
    expect(parseLogLevels(text)).toEqual(want);
  });

  it.each([
    { text: 'loud', problem: /^allowed is error, warn, info, debug, and after it parts/ },
    { text: 'info,', problem: /^"" cannot be used; allowed is error/ },
    { text: 'info,warn', problem: /^"warn", which is said twice, cannot be used/ },
    {
      text: 'info,traders=debug,streaming=loud,trading=debug,trading=info',
      problem:
        /^"traders=debug" and "streaming=loud" and "trading=info", which is said twice, cannot be used/,
    },
    { text: 'trading=debug=info', problem: /^allowed is error/ },
    { text: 'info=trading', problem: /the parts are app, actors, trading/ },
  ])('refuses $text, and says all that is wrong', ({ text, problem }) => {
    expect(() => parseLogLevels(text)).toThrow(InputError);
    expect(() => parseLogLevels(text)).toThrow(problem);
  });
});

describe('the log of a daemon', () => {
  function aDaemonLog() {
    const levels = new LogLevels(everyPartAt('info'));
    const written: LogEntry[] = [];
    const ring = new LogRing();
    const clock = new SimClock(Date.UTC(2026, 0, 2));
    const log = new DaemonLog({ clock, levels, ring, write: (entry) => written.push(entry) });
    return { levels, written, ring, log, messages: () => written.map(({ message }) => message) };
  }

  it('writes what the level of a part lets through, and no more, for every part and level', () => {
    for (const part of LOG_PARTS) {
      for (const [rank, level] of LOG_LEVELS.entries()) {
        const { levels, log, messages } = aDaemonLog();
        levels.set(part, level);
        const said = log.part(part);
        for (const each of LOG_LEVELS) said[each](each);
        expect(messages()).toEqual(LOG_LEVELS.slice(0, rank + 1));
      }
    }
  });

  it('follows a change of the levels at once, in logs that were given out before', () => {
    const { levels, log, messages } = aDaemonLog();
    const [trading, streaming] = [partLog(log, 'trading'), partLog(log, 'streaming')];
    trading.debug('before');
    levels.set('trading', 'debug');
    trading.debug('after');
    streaming.debug('of another part');
    levels.set('trading', 'error');
    trading.warn('too much');
    expect(messages()).toEqual(['after']);
    expect(levels.all()).toEqual({ ...everyPartAt('info'), trading: 'error' });
  });

  it('names the part and the time in each entry, and is itself that of the app', () => {
    const { log, written, ring } = aDaemonLog();
    log.part('exchange').warn('it is slow', { waitMs: 5 });
    log.info('it runs');
    const time = '2026-01-02T00:00:00.000Z';
    expect(written).toEqual([
      { time, level: 'warn', part: 'exchange', message: 'it is slow', fields: { waitMs: 5 } },
      { time, level: 'info', part: 'app', message: 'it runs', fields: {} },
    ]);
    expect(ring.recent('info')).toEqual(written);
  });

  it('tells followers only what the levels let through', () => {
    const { log, levels, ring } = aDaemonLog();
    const heard: string[] = [];
    ring.follow('debug', ({ message }) => heard.push(message));
    log.part('trading').debug('off');
    levels.set('trading', 'debug');
    log.part('trading').debug('on');
    expect(heard).toEqual(['on']);
  });

  it('writes the sums of storms to all who hear of lines', () => {
    const { log, ring, messages } = aDaemonLog();
    for (let time = 0; time < 3; time++) log.part('database').warn('it is away');
    log.flush();
    expect(messages()).toEqual(['it is away', '… 2 more like this in 1 s: it is away']);
    expect(ring.recent('info')).toHaveLength(2);
  });

  it('leaves a log that knows no parts as it is', () => {
    const plain = aLog();
    expect(partLog(plain, 'trading')).toBe(plain);
  });
});
