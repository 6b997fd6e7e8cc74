import { lookup } from 'node:dns/promises';
import { connect as connectTcp, isIP } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Endpoints } from '../../exchange/binance/endpoints.js';
import { RECV_WINDOW_MS } from '../../exchange/binance/rest/arrivals.js';
import type { RateLimit } from '../../exchange/binance/rest/rate-limits.js';
import { exchangeRules, serverTime } from '../../exchange/binance/rest/requests.js';
import type { UsageReport } from '../../exchange/binance/rest/usage-headers.js';
import { codeOf, messageOf } from '../../platform/error-facts.js';
import { type Check, type DoctorContext, type Finding, ok, problem, warning } from './check.js';
import { ExchangeDesk } from './exchange-desk.js';

const SILENT = 'the exchange does not answer';
/** At most so far may a request be ahead of the exchange's clock. */
const AHEAD_MS = 1_000;
/** Answers that took longer cannot set the clock. */
const LONGEST_ANSWER_MS = 3_000;
const SLOW_MS = 1_000;

export const exchangeCheck: Check = {
  name: 'exchange',
  needs: ['configuration'],
  async run({ known, clock, patienceMs }) {
    const { remote } = known;
    if (remote === undefined) return ok('mock, in the process: there is nobody to reach');
    known.desk = new ExchangeDesk(remote, clock, patienceMs);
    const money = remote.isRealMoney ? 'orders cost real money' : 'orders cost nothing';
    return ok(`${remote.name}, ${remote.endpoints.rest}; ${money}`);
  },
};

const CALLED: { readonly [K in keyof Endpoints]: string } = {
  rest: 'way to REST',
  streams: 'way to the streams',
  wsApi: 'way to the WebSocket API',
};

/** Whether a connection can be made, as far as the network and TLS. */
export const wayCheck = (which: keyof Endpoints): Check => ({
  name: CALLED[which],
  needs: ['exchange'],
  otherwise: 'the exchange cannot be reached',
  async run({ known: { remote }, clock, patienceMs }) {
    if (remote === undefined) return null;
    const { protocol, hostname, port } = new URL(remote.endpoints[which]);
    const isSecure = protocol === 'https:' || protocol === 'wss:';
    const host = hostname.replace(/^\[|\]$/g, '');
    const address = isIP(host) === 0 ? await addressOf(host) : host;
    if (address === null)
      return problem(`the name ${host} leads nowhere`, 'look at the connection to the internet, and at DNS');
    const to = { host: address, port: Number(port || (isSecure ? 443 : 80)) };
    const beganMs = clock.monotonicMs();
    const why = await connected(to, isSecure ? host : null, { clock, patienceMs });
    const tookMs = Math.ceil(clock.monotonicMs() - beganMs);
    const shown = `${host}:${to.port}`;
    if (why === null) return ok(`${shown}${isSecure ? ' by TLS' : ''} in ${tookMs} ms`);
    return problem(
      `${shown} cannot be connected to: ${why}`,
      'look at the connection to the internet and at firewalls; Hedgehog uses no proxy',
    );
  },
});

const addressOf = async (host: string): Promise<string | null> =>
  (await lookup(host).catch(() => null))?.address ?? null;

/** Null when a connection was made, else why not. */
const connected = (
  to: { readonly host: string; readonly port: number },
  serverName: string | null,
  { clock, patienceMs }: Pick<DoctorContext, 'clock' | 'patienceMs'>,
): Promise<string | null> =>
  new Promise((resolve) => {
    const end = (why: string | null): void => {
      cancel();
      socket.destroy();
      resolve(why);
    };
    const socket =
      serverName === null
        ? connectTcp(to, () => end(null))
        : connectTls({ ...to, ...(isIP(serverName) === 0 ? { servername: serverName } : {}) }, () =>
            end(null),
          );
    const cancel = clock.after(patienceMs, () => end(`no answer within ${patienceMs / 1_000} s`));
    socket.once('error', (error) => end(codeOf(error) || messageOf(error)));
  });

export const restCheck: Check = {
  name: 'exchange REST',
  needs: [CALLED.rest],
  otherwise: SILENT,
  async run({ known: { desk } }) {
    if (desk === undefined) return null;
    const { tookMs } = await desk.ask({ ...serverTime, path: '/api/v3/ping', decode: () => true });
    const found = `answers within ${Math.ceil(tookMs)} ms`;
    return tookMs <= SLOW_MS
      ? ok(found)
      : warning(
          `${found}: prices will have moved on when an order arrives`,
          'look at the connection to the internet',
        );
  },
};

export const exchangeClockCheck: Check = {
  name: 'exchange clock',
  needs: ['exchange REST'],
  otherwise: 'the time of the exchange is not known',
  async run({ known: { desk }, clock }) {
    if (desk === undefined) return null;
    const sentMs = clock.monotonicMs();
    const { value: serverMs, tookMs } = await desk.ask(serverTime);
    if (!desk.exchangeClock.sync(serverMs, sentMs, sentMs + tookMs))
      return problem(
        `the answer took ${Math.ceil(tookMs)} ms: signed requests would come too late, so none will be sent`,
        `answers have to come within ${LONGEST_ANSWER_MS} ms; look at the connection to the internet`,
      );
    return offsetFinding(Math.round(clock.wallMs() - tookMs / 2 - serverMs));
  },
};

/** @param aheadMs how far this machine's clock is ahead of the exchange's */
export function offsetFinding(aheadMs: number): Finding {
  const off = Math.abs(aheadMs);
  const found = `this machine's clock is ${off} ms ${aheadMs < 0 ? 'behind' : 'ahead of'} it`;
  const rule =
    `requests are taken from ${AHEAD_MS} ms ahead to ${RECV_WINDOW_MS} ms behind (recvWindow), ` +
    "and Hedgehog signs by the exchange's clock";
  return off <= AHEAD_MS
    ? ok(`${found}; ${rule}`)
    : warning(
        `${found}; ${rule}: orders pass, but times in logs and tables are wrong`,
        'set the clock of this machine',
      );
}

export const limitsCheck: Check = {
  name: 'rate limits',
  needs: ['exchange REST'],
  async run({ known: { desk } }) {
    if (desk === undefined) return null;
    const { value, usage } = await desk.ask(exchangeRules);
    return limitsFinding(value.rateLimits, usage, value.symbols.size);
  },
};

const NEARLY_ALL = 0.8;

export function limitsFinding(
  limits: readonly RateLimit[],
  usage: readonly UsageReport[],
  symbols: number,
): Finding {
  const used = limits.flatMap(({ kind, windowMs, limit }) => {
    const report = usage.find((one) => one.kind === kind && one.windowMs === windowMs);
    return report === undefined ? [] : [{ kind, windowMs, limit, count: report.count }];
  });
  const shown = used.map(
    ({ kind, windowMs, limit, count }) => `${kind} ${count} of ${limit} in ${windowMs / 1_000} s`,
  );
  const found = `${symbols} symbols; ${shown.join(', ') || 'nothing told of what is used up'}`;
  return used.some(({ limit, count }) => count > limit * NEARLY_ALL)
    ? warning(`${found}: nearly all is used up`, 'see what else asks the exchange from this address')
    : ok(found);
}
