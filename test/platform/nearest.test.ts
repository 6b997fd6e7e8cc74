import { describe, expect, it } from '@jest/globals';
import { nearest } from '../../src/platform/nearest.js';

const KNOWN = ['exchange', 'control.port', 'control.host', 'log.level', 'live'];

describe('the nearest known word', () => {
  it.each([
    ['exchnage', 'exchange'],
    ['exchang', 'exchange'],
    ['Exchange', 'exchange'],
    ['control.prot', 'control.port'],
    ['control.hosts', 'control.host'],
    ['lvie', 'live'],
    ['controlPort', 'control.port'],
    ['exch', 'exchange'],
    ['LOG', 'log.level'],
  ])('to %s is %s', (given, meant) => {
    expect(nearest(given, KNOWN)).toBe(meant);
  });

  it.each(['colour', 'database.url', 'x', 'ex', 'control', 'con'])('to %s is none', (given) => {
    expect(nearest(given, ['exchange', 'control.port', 'control.host'])).toBeUndefined();
  });
});
