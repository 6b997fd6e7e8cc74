import { describe, expect, it } from '@jest/globals';
import type { Desk, FollowedBy, SwitchRequest } from '../../../src/app/commands/desk/desk.js';
import { become } from '../../../src/app/commands/switch-outcome.js';
import { NoHedgehogRuns } from '../../../src/control/client.js';
import type { StandingRow } from '../../../src/control/standing.js';
import { MachineError } from '../../../src/platform/machine-error.js';
import { systemClock } from '../../../src/platform/system-clock.js';

type Look = Pick<StandingRow, 'status' | 'state'>;

const on = (state: StandingRow['state']): Look => ({ status: 'on', state });
const off = (state: StandingRow['state']): Look => ({ status: 'off', state });

/** A desk at which XRPUSDT stands otherwise at each look; the last look is that of all later ones. */
function aDesk(looks: readonly (Look | Error)[], followedBy: () => FollowedBy = () => 'here') {
  let looked = 0;
  const desk = {
    followedBy: async () => followedBy(),
    async list() {
      const look = looks[Math.min(looked, looks.length - 1)] as Look | Error;
      looked += 1;
      if (look instanceof Error) throw look;
      const other = { symbol: 'ADAUSDT', topic: null, status: 'on', state: 'waiting', reason: null };
      return [{ symbol: 'XRPUSDT', topic: null, reason: null, ...look }, other];
    },
    openCycles: async () => new Map([['XRPUSDT', 2]]),
  } as unknown as Desk;
  return { desk, looked: () => looked };
}

const aRequest = (status: SwitchRequest['status']): SwitchRequest => ({
  service: 'trading',
  symbols: ['XRPUSDT'],
  status,
});

/** What is seen at last, and after how many looks. */
async function seen(
  looks: readonly (Look | Error)[],
  status: SwitchRequest['status'],
  { followed = false, patienceMs = 60_000 } = {},
) {
  const { desk, looked } = aDesk(looks);
  const untilMs = systemClock.monotonicMs() + patienceMs;
  const { rows, ended } = await become(desk, aRequest(status), { followed, untilMs });
  return { state: rows.get('XRPUSDT')?.state, symbols: rows.size, ended, looks: looked() };
}

describe('what becomes of a switch', () => {
  it('is looked at until what is off has stopped', async () => {
    expect(await seen([off('stopping'), off('running'), off(null)], 'off')).toEqual({
      state: null,
      symbols: 1,
      ended: false,
      looks: 3,
    });
  });

  it('is looked at until what is on runs, whatever was given up before the switch', async () => {
    const looks = [on('given-up'), on('waiting'), on('restarting'), on('running')];
    expect(await seen(looks, 'on')).toMatchObject({ state: 'running', looks: 4 });
  });

  it('is known at once when it was given up since', async () => {
    expect(await seen([on('given-up')], 'on', { followed: true })).toMatchObject({
      state: 'given-up',
      looks: 1,
    });
  });

  it('is what somebody else has made of it meanwhile', async () => {
    expect(await seen([off(null)], 'on')).toMatchObject({ state: null, looks: 1 });
    expect(await seen([on('stopping')], 'shutdown')).toMatchObject({ state: 'stopping', looks: 1 });
  });

  it('of a shutdown is waited for until it is off', async () => {
    const shutdown: Look = { status: 'shutdown', state: 'running' };
    expect(await seen([shutdown, shutdown, off(null)], 'shutdown')).toMatchObject({ looks: 3 });
    const { desk } = aDesk([shutdown]);
    const { openCycles } = await become(desk, aRequest('shutdown'), { followed: true, untilMs: 0 });
    expect(openCycles.get('XRPUSDT')).toBe(2);
  });

  it('is as it stands when the time is over', async () => {
    expect(await seen([on('waiting')], 'on', { patienceMs: 0 })).toMatchObject({
      state: 'waiting',
      looks: 1,
    });
  });

  it('is looked at again when it could not be for a moment, and not told when the time is over', async () => {
    const away = new MachineError('the database is not reachable at the moment');
    expect(await seen([away, on('waiting'), away, on('running')], 'on')).toMatchObject({
      state: 'running',
      looks: 4,
    });
    expect(await seen([away], 'on', { patienceMs: 0 })).toMatchObject({ symbols: 0, ended: false });
  });

  it('is nothing when nobody follows, or who does has ended', async () => {
    const nobody = aDesk([on('waiting')], () => null);
    const request = aRequest('on');
    expect(
      await become(nobody.desk, request, { followed: false, untilMs: Number.POSITIVE_INFINITY }),
    ).toMatchObject({ followedBy: null, ended: false });
    expect(nobody.looked()).toBe(0);
    let asked = 0;
    const gone = aDesk([on('waiting')], () => (++asked === 1 ? 'here' : null));
    expect(
      await become(gone.desk, request, { followed: false, untilMs: Number.POSITIVE_INFINITY }),
    ).toMatchObject({
      ended: true,
    });
    expect(await seen([on('waiting'), new NoHedgehogRuns('it has ended')], 'on')).toMatchObject({
      ended: true,
    });
    await expect(seen([new Error('else')], 'on')).rejects.toThrow('else');
  });
});
