import { describe, expect, it } from '@jest/globals';
import {
  type Outcome,
  type SwitchReport,
  switchJson,
  switchText,
} from '../../../src/app/commands/switch-report.js';
import type { StandingRow } from '../../../src/control/standing.js';
import type { TradingStatus } from '../../../src/warehouse/schema.js';

const outcome = (
  before: TradingStatus,
  row: Partial<StandingRow> | null,
  openCycles: number | null = null,
): Outcome => ({
  symbol: 'XRPUSDT',
  before,
  row:
    row === null ? null : { symbol: 'XRPUSDT', topic: null, status: 'on', state: null, reason: null, ...row },
  openCycles,
});

const report = (status: TradingStatus, ...outcomes: Outcome[]): SwitchReport => ({
  request: { service: 'trading', symbols: outcomes.map(({ symbol }) => symbol), status },
  followedBy: 'here',
  ended: false,
  outcomes,
});

describe('what became of a switch', () => {
  it.each<[string, SwitchReport]>([
    ['is on, running', report('on', outcome('off', { state: 'running' }))],
    ['is on already, running', report('on', outcome('on', { state: 'running' }))],
    ['is on, waiting: it has not been started yet', report('on', outcome('off', { state: 'waiting' }))],
    ['is on, restarting: it has crashed', report('on', outcome('off', { state: 'restarting' }))],
    ['is on, given up: no tape', report('on', outcome('off', { state: 'given-up', reason: 'no tape' }))],
    ['is on', report('on', outcome('off', null))],
    ['is off', report('off', outcome('on', { status: 'off' }))],
    ['is off already', report('off', outcome('off', { status: 'off' }))],
    ['is off, being stopped still', report('off', outcome('on', { status: 'off', state: 'stopping' }))],
    [
      'is shutting down, 1 cycle is open',
      report('shutdown', outcome('on', { status: 'shutdown', state: 'running' }, 1)),
    ],
    [
      'is shutting down, 2 cycles are open',
      report('shutdown', outcome('on', { status: 'shutdown', state: 'running' }, 2)),
    ],
    ['is off', report('shutdown', outcome('on', { status: 'off' }))],
    ['is off', report('on', outcome('off', { status: 'off' }))],
  ])('is told in words: %s', (words, given) => {
    expect(switchText(given)).toBe(`trading: XRPUSDT ${words}`);
  });

  it.each([
    [{ followedBy: null, ended: false }, 'no Hedgehog runs on this database at the moment'],
    [{ followedBy: null, ended: true }, 'the Hedgehog that ran has ended meanwhile'],
    [{ followedBy: 'elsewhere', ended: false }, 'followed by the Hedgehog that runs elsewhere'],
  ] as const)('tells who follows, unless it is the one that was asked', (followed, words) => {
    const text = switchText({ ...report('on', outcome('off', null)), ...followed });
    expect(text.split('\n')[1]).toContain(words);
  });

  it('names the topic of what is stored', () => {
    const given = report('on', outcome('off', { state: 'running', topic: 'OHLC' }));
    const stored: SwitchReport = {
      ...given,
      request: { ...given.request, service: 'storing', topic: 'OHLC' },
    };
    expect(switchText(stored)).toBe('storing OHLC: XRPUSDT is on, running');
    expect(switchJson(stored)).toEqual({
      service: 'storing',
      topic: 'OHLC',
      followedBy: 'here',
      symbols: [{ symbol: 'XRPUSDT', before: 'off', status: 'on', state: 'running', reason: null }],
    });
  });

  it('is JSON with how many cycles are open while it shuts down', () => {
    expect(
      switchJson(report('shutdown', outcome('on', { status: 'shutdown', state: 'running' }, 2))).symbols,
    ).toEqual([
      { symbol: 'XRPUSDT', before: 'on', status: 'shutdown', state: 'running', reason: null, openCycles: 2 },
    ]);
  });
});
