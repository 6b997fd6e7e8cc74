import { describe, expect, it } from '@jest/globals';
import type { Line } from '../../../../src/exchange/binance/socket/line.js';
import type { Answer } from '../../../../src/exchange/binance/user-data/frame.js';
import { describeAnswer, judgeAnswer } from '../../../../src/exchange/binance/user-data/judge-answer.js';
import { Requests } from '../../../../src/exchange/binance/user-data/requests.js';
import { SimClock } from '../../../../src/platform/sim-clock.js';

const anAnswer = (given: Partial<Answer> = {}): Answer => ({
  ...{ kind: 'answer', id: '1', status: 200, code: null, retryAfterTime: null },
  ...given,
});

/** Two lines that keep what is sent. */
function begin() {
  const sent: string[] = [];
  const line = (): Line => ({ send: (text: string) => sent.push(text) }) as unknown as Line;
  const clock = new SimClock();
  return { sent, clock, requests: new Requests(clock, 12_000), here: line(), there: line() };
}

describe('requests', () => {
  it('are answered by id, in whatever order', async () => {
    const { requests, here, sent, clock } = begin();
    const first = requests.make(here, 'a', { x: 1 });
    const second = requests.make(here, 'b');
    expect(sent).toEqual(['{"id":"1","method":"a","params":{"x":1}}', '{"id":"2","method":"b"}']);
    expect(requests.take(anAnswer({ id: '2', status: 400 }), here)).toBe(true);
    expect(requests.take(anAnswer({ id: '1' }), here)).toBe(true);
    expect([(await first)?.status, (await second)?.status]).toEqual([200, 400]);
    expect([requests.inFlight, clock.pendingTimers]).toEqual([0, 0]);
  });

  it('are answered on the connection they were made on, and once', async () => {
    const { requests, here, there } = begin();
    const answer = requests.make(here, 'a');
    expect(requests.take(anAnswer({ status: 500 }), there)).toBe(false);
    expect(requests.take(anAnswer({ id: null, status: 500 }), there)).toBe(false);
    expect(requests.take(anAnswer({ status: 201 }), here)).toBe(true);
    expect(requests.take(anAnswer({ status: 202 }), here)).toBe(false);
    expect((await answer)?.status).toBe(201);
  });

  it('under way on a connection are all answered by one without an id', async () => {
    const { requests, here, there } = begin();
    const answers = [requests.make(here, 'a'), requests.make(there, 'b'), requests.make(here, 'c')];
    expect(requests.take(anAnswer({ id: null, status: 401 }), here)).toBe(true);
    expect(requests.inFlight).toBe(1);
    expect((await answers[0])?.status).toBe(401);
    expect((await answers[2])?.status).toBe(401);
    expect(requests.take(anAnswer({ id: null, status: 401 }), here)).toBe(false);
  });

  it('have no answer when none comes in time', async () => {
    const { requests, here, clock } = begin();
    const answer = requests.make(here, 'a');
    clock.advance(11_999);
    expect(requests.inFlight).toBe(1);
    clock.advance(1);
    expect(await answer).toBeNull();
    expect(requests.take(anAnswer(), here)).toBe(false);
  });

  it('have no answer, and leave no timer, once it is all over', async () => {
    const { requests, here, clock } = begin();
    const answers = [requests.make(here, 'a'), requests.make(here, 'b')];
    requests.stop();
    expect(await Promise.all(answers)).toEqual([null, null]);
    expect(clock.pendingTimers).toBe(0);
  });
});

describe('judgeAnswer', () => {
  const NOW = 1_784_246_400_000;
  const failed = (stayAwayMs: number) => ({ kind: 'failed', stayAwayMs });

  it.each([
    [null, failed(0)],
    [anAnswer(), { kind: 'done' }],
    [anAnswer({ status: 400, code: -2035 }), { kind: 'done' }],
    [anAnswer({ status: 400, code: -1021 }), { kind: 'clock-off' }],
    [anAnswer({ status: 400, code: -1022 }), { kind: 'denied' }],
    [anAnswer({ status: 400, code: -2014 }), { kind: 'denied' }],
    [anAnswer({ status: 401 }), { kind: 'denied' }],
    [anAnswer({ status: 503, code: -1001 }), failed(0)],
    [anAnswer({ status: 429, code: -1003 }), failed(60_000)],
    [anAnswer({ status: 403 }), failed(60_000)],
    [anAnswer({ status: 418, code: -1003, retryAfterTime: NOW + 7_000 }), failed(7_000)],
    [anAnswer({ status: 429, code: -1003, retryAfterTime: NOW - 7_000 }), failed(0)],
    [anAnswer({ status: 418, code: -1003, retryAfterTime: NOW * 2 }), failed(259_200_000)],
  ])('of %j is %j', (answer, verdict) => {
    expect(judgeAnswer(answer, NOW)).toEqual(verdict);
  });

  it('is told without the exchange’s own words', () => {
    expect(describeAnswer(null)).toBe('no answer');
    expect(describeAnswer(anAnswer({ status: 503 }))).toBe('status 503, code none');
  });
});
