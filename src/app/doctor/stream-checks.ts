import { inTime } from '../../control/in-time.js';
import { decodeMarketFrame } from '../../exchange/binance/market/market-frame.js';
import { tradeStream } from '../../exchange/binance/market/stream-names.js';
import { subscriptionFrame } from '../../exchange/binance/market/subscription-frames.js';
import { Line } from '../../exchange/binance/socket/line.js';
import { DEFAULT_TUNING } from '../../exchange/binance/socket/socket-options.js';
import { decodeFrame } from '../../exchange/binance/user-data/frame.js';
import { Requests } from '../../exchange/binance/user-data/requests.js';
import { subscribe } from '../../exchange/binance/user-data/subscribing.js';
import { MachineError } from '../../platform/machine-error.js';
import { type Check, type DoctorContext, ok, problem } from './check.js';

/** Whatever an exchange lists, it answers to a subscription. */
const SYMBOL = 'BTCUSDT';
const SUBSCRIBE_ID = 1;

export const marketStreamCheck: Check = {
  name: 'market stream',
  needs: ['way to the streams'],
  async run({ known: { remote }, clock, patienceMs }) {
    if (remote === undefined) return null;
    let answered = (): void => {};
    const answer = new Promise<void>((resolve) => {
      answered = resolve;
    });
    await overLine(
      `${remote.endpoints.streams}/stream`,
      { clock, patienceMs },
      {
        onFrame(text) {
          const frame = decodeMarketFrame(text);
          if ((frame.kind === 'answer' || frame.kind === 'refusal') && frame.id === SUBSCRIBE_ID) answered();
        },
        async use(line) {
          line.send(subscriptionFrame('SUBSCRIBE', [tradeStream(SYMBOL)], SUBSCRIBE_ID));
          await answer;
        },
      },
    );
    return ok('opened, subscribed to and closed again');
  },
};

export const userDataCheck: Check = {
  name: 'user data stream',
  needs: ['way to the WebSocket API', 'keys'],
  async run({ known: { remote, desk }, clock, patienceMs }) {
    if (remote === undefined || desk === undefined) return null;
    const requests = new Requests(clock, patienceMs);
    const time = {
      timestamp: async () => desk.exchangeClock.timestamp(clock.monotonicMs()),
      resync: async () => {},
    };
    const outcome = await overLine(
      remote.endpoints.wsApi,
      { clock, patienceMs },
      {
        onFrame(text, line) {
          const frame = decodeFrame(text);
          if (frame.kind === 'answer') requests.take(frame, line);
        },
        use: (line) => subscribe(line, { requests, signing: remote.credentials, time, login: 'signature' }),
      },
    );
    requests.stop();
    return outcome.kind === 'subscribed'
      ? ok('opened, logged on to and closed again')
      : problem(
          `the exchange does not let us follow our orders: ${outcome.why}`,
          'see the permissions of the key at the exchange',
        );
  },
};

interface Use<T> {
  readonly onFrame: (text: string, line: Line) => void;
  readonly use: (line: Line) => Promise<T>;
}

/** Connects, uses the connection and closes it. Throws when it cannot be had, is lost, or nothing comes of it in time. */
async function overLine<T>(
  url: string,
  { clock, patienceMs }: Pick<DoctorContext, 'clock' | 'patienceMs'>,
  { onFrame, use }: Use<T>,
): Promise<T> {
  const tuning = { ...DEFAULT_TUNING, connectTimeoutMs: patienceMs, closeTimeoutMs: 1_000 };
  let close = (): void => {};
  const used = new Promise<T>((resolve, reject) => {
    const line = new Line(
      1,
      { ...tuning, url, clock },
      {
        onOpen: (opened) => void use(opened).then(resolve, reject),
        onFrame,
        onEnd: (_line, { cause, closeCode, detail }) =>
          reject(
            new MachineError(
              `the connection was not to be had: ${[cause, closeCode, detail].filter(Boolean).join(' ')}`,
            ),
          ),
      },
    );
    close = () => line.close();
  });
  try {
    return await inTime(clock, patienceMs, 'the stream', used);
  } finally {
    close();
  }
}
