import { describe, expect, it } from '@jest/globals';
import { LiveShow } from '../../../../src/app/demo/view/live-show.js';
import { PlainShow } from '../../../../src/app/demo/view/plain-show.js';
import type { Terminal } from '../../../../src/app/demo/view/screen.js';
import { howToShow } from '../../../../src/app/demo/view/show.js';
import { SimClock } from '../../../../src/platform/sim-clock.js';
import { anEvent, aTree, aView } from '../../../support/demo-view.js';
import { FakeTerminal } from '../../../support/fake-terminal.js';
import { aLog } from '../../../support/log.js';

const USUAL = { isTerminal: true, plain: false, color: true, environment: { TERM: 'xterm' } };

describe('howToShow', () => {
  it.each([
    { given: USUAL, how: { colours: true } },
    { given: { ...USUAL, isTerminal: false }, how: 'lines' },
    { given: { ...USUAL, plain: true }, how: 'lines' },
    { given: { ...USUAL, environment: { CI: 'true' } }, how: 'lines' },
    { given: { ...USUAL, environment: { TERM: 'dumb' } }, how: 'lines' },
    { given: { ...USUAL, color: false }, how: { colours: false } },
    { given: { ...USUAL, environment: { NO_COLOR: '1' } }, how: { colours: false } },
    { given: { ...USUAL, environment: { NO_COLOR: '', CI: '' } }, how: { colours: true } },
  ])('$given', ({ given, how }) => {
    expect(howToShow(given)).toEqual(how);
  });
});

function aLiveShow() {
  const terminal = new FakeTerminal();
  const clock = new SimClock();
  const log = aLog();
  const show = new LiveShow({ clock, log, terminal: terminal as unknown as Terminal, colours: false });
  return { terminal, clock, log, show };
}

describe('LiveShow', () => {
  it('draws in place, again and again, with the last events', () => {
    const { terminal, clock, show } = aLiveShow();
    show.say('It begins.');
    let elapsedMs = 0;
    show.open(() => ({ ...aView(), elapsedMs }));
    expect(terminal.display).toMatch(/^It begins\.\nHedgehog demo {2}0\.0s {2}/);
    expect(terminal.isCursorShown).toBe(false);
    for (let count = 1; count <= 20; count++) show.tell(anEvent(`event ${count};`));
    for (elapsedMs = 100; elapsedMs <= 2_000; elapsedMs += 100) clock.advance(100);
    expect(terminal.display).toMatch(/^It begins\.\nHedgehog demo {2}[12]\.\ds {2}/);
    expect(terminal.display.match(/Hedgehog demo/g)).toHaveLength(1);
    expect(terminal.display.match(/event \d+;/g)).toEqual(
      [13, 14, 15, 16, 17, 18, 19, 20].map((n) => `event ${n};`),
    );
    // Five to ten times a second.
    expect(terminal.writes).toBeGreaterThan(10);
    expect(terminal.writes).toBeLessThan(25);
  });

  it('writes nothing to a terminal that has not shown the last picture yet, and little when nothing changes', () => {
    const { terminal, clock, show } = aLiveShow();
    let elapsedMs = 0;
    show.open(() => ({ ...aView(), elapsedMs }));
    const before = terminal.text.length;
    clock.advance(5_000);
    expect(terminal.text).toHaveLength(before);
    terminal.writableNeedDrain = true;
    elapsedMs = 5_000;
    clock.advance(5_000);
    expect(terminal.text).toHaveLength(before);
    terminal.writableNeedDrain = false;
    clock.advance(1_000);
    expect(terminal.display).toMatch(/^Hedgehog demo {2}5\.0s/);
  });

  it('at its end takes away what it drew, and gives the cursor back, once', () => {
    const { terminal, clock, show } = aLiveShow();
    show.say('It begins.');
    show.open(() => aView());
    clock.advance(1_000);
    show.close();
    show.close();
    show.say('It is over.');
    clock.advance(10_000);
    expect(terminal.display).toBe('It begins.\nIt is over.');
    expect(terminal.isCursorShown).toBe(true);
    expect([clock.pendingTimers, terminal.listenerCount('resize')]).toEqual([0, 0]);
  });

  it('gives the cursor back when the process ends without it', () => {
    const { terminal, show } = aLiveShow();
    const before = new Set(process.listeners('exit'));
    show.open(() => aView());
    const [atExit, ...others] = process.listeners('exit').filter((listener) => !before.has(listener));
    expect([terminal.isCursorShown, others]).toEqual([false, []]);
    atExit?.(1);
    expect(terminal.isCursorShown).toBe(true);
    show.close();
    expect(process.listeners('exit')).toEqual([...before]);
  });

  it('follows the size of the terminal, and takes 80 by 24 for one that does not know its own', () => {
    const { terminal, clock, show } = aLiveShow();
    show.open(() => aView());
    for (const [columns, rows] of [
      [60, 14],
      [120, 40],
      [0, 0],
    ] as const) {
      terminal.resize(columns, rows);
      clock.advance(200);
      const lines = terminal.display.split('\n');
      expect(lines[0]).toMatch(/^Hedgehog demo/);
      expect(lines.length).toBeLessThan(rows || 24);
      expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(columns || 80);
    }
    show.close();
  });

  it('shows warnings as events meanwhile, and gives them to the log when the terminal is free', () => {
    const { terminal, clock, log, show } = aLiveShow();
    show.log.warn('before', { symbol: 'A' });
    show.open(() => aView());
    show.log.error('a crash', { stack: 'at x' });
    show.log.info('no news');
    clock.advance(200);
    expect(log.entries.map(({ message }) => message)).toEqual(['before']);
    expect(terminal.display).toMatch(/ error +a crash\n/);
    expect(terminal.display).not.toContain('no news');
    show.close();
    expect(log.entries.map(({ level, message, fields }) => [level, message, fields])).toEqual([
      ['warn', 'before', { symbol: 'A' }],
      ['error', 'a crash', { stack: 'at x' }],
      ['info', 'no news', {}],
    ]);
  });

  it('holds back no more than the first of a storm of warnings', () => {
    const { log, show } = aLiveShow();
    show.open(() => aView());
    for (let count = 0; count < 10_000; count++) show.log.warn(`warning ${count}`);
    show.close();
    expect(log.entries).toHaveLength(200);
    expect(log.entries[0]?.message).toBe('warning 0');
  });

  it('tells of the actors in lines that fit', () => {
    const { terminal, show } = aLiveShow();
    terminal.columns = 40;
    show.sayTree(aTree());
    expect(terminal.display.split('\n')).toHaveLength(10);
    expect(terminal.display).toMatch(/^Hedgehog {2}13 actors: PubSub, Database\n {2}Trading {2}9 actors\n/);
    expect(Math.max(...terminal.display.split('\n').map((line) => line.length))).toBeLessThanOrEqual(40);
  });
});

describe('PlainShow', () => {
  function aPlainShow() {
    const clock = new SimClock();
    let text = '';
    const write = (more: string): void => {
      text += more;
    };
    const show = new PlainShow({ clock, log: aLog(), write });
    return { show, clock, lines: () => text.split('\n').slice(0, -1) };
  }

  it('tells each event in a line, every three seconds how each symbol stands, and so at the end', () => {
    const { show, clock, lines } = aPlainShow();
    show.say('It begins.');
    show.open(() => aView());
    show.tell(anEvent('order 1 was filled'));
    clock.advance(2_999);
    expect(lines()).toEqual(['It begins.', '  1.2s  XRPUSDT   order 1 was filled']);
    clock.advance(1);
    expect(lines().slice(2)).toEqual([
      ' 12.3s  XRPUSDT   ---- 0.41 (+2.50%); 12,345 seen, 12,300 stored; 4 orders resting, 3 held; 11 cycles, +0.61095505 USDT, marked -0.5',
      ' 12.3s  DOGEUSDT  ---- 0.49 (-2.00%); 12,345 seen, 12,300 stored; 0 orders resting, 0 held; 11 cycles, +0.61095505 USDT, marked +0',
      ' 12.3s  SOLUSDT   ---- 50.1 (+0.00%); 12,345 seen, 12,300 stored; 0 orders resting, 0 held; 11 cycles, +0 USDT, marked +0',
    ]);
    clock.advance(6_000);
    show.remark('It closes.');
    show.close();
    show.close();
    clock.advance(9_000);
    expect(lines()).toHaveLength(2 + 3 * 3 + 1 + 3);
    expect(clock.pendingTimers).toBe(0);
  });

  it('tells every actor, with all that it shows', () => {
    const { show, lines } = aPlainShow();
    show.sayTree(aTree());
    expect(lines()).toContainEqual(expect.stringMatching(/^.{3,} Leader XRPUSDT +0 +1 /));
  });
});
