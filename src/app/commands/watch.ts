import { createLogUpdate } from 'log-update';
import { InputError } from '../../platform/input-error.js';
import { MachineError } from '../../platform/machine-error.js';
import { onEndAsked } from '../../platform/signals.js';
import { stayAlive } from '../../platform/stay-alive.js';
import { systemClock } from '../../platform/system-clock.js';
import { wait } from '../../warehouse/retry.js';
import { fitted } from './fitted.js';
import { say } from './say.js';

const EVERY_MS = 1_000;

export interface WatchOptions {
  /** Redraw in place where there is a terminal; otherwise one text follows the other. */
  readonly inPlace: boolean;
}

/**
 * Shows again and again what is looked at, until the end is asked for. What cannot be looked at for a while, as a Hedgehog that
 * has ended, is said once, and looked at again as soon as it is back.
 *
 * @throws what the first look throws
 */
export async function watch(look: () => Promise<string>, { inPlace }: WatchOptions): Promise<void> {
  const ended = new AbortController();
  const forget = onEndAsked(() => ended.abort());
  const show =
    inPlace && process.stdout.isTTY
      ? onTerminal()
      : { text: inPlace ? block : say, away: aside, done: () => {} };
  try {
    await stayAlive(async () => {
      let shown = await look();
      let away: string | null = null;
      for (;;) {
        if (away === null) show.text(shown);
        await wait(systemClock, EVERY_MS, ended.signal);
        if (ended.signal.aborted) return;
        try {
          shown = await look();
          away = null;
        } catch (error) {
          const why = reasonOf(error);
          if (away !== why) show.away(why, shown);
          away = why;
        }
      }
    });
  } finally {
    show.done();
    forget();
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof InputError || error instanceof MachineError) return error.message;
  throw error;
}

const block = (text: string): void => say(`${text}\n`);

const aside = (why: string): void => {
  process.stderr.write(`${why}\n`);
};

function onTerminal() {
  const update = createLogUpdate(process.stdout);
  const draw = (text: string, above = ''): void => {
    const { columns, rows } = process.stdout;
    const taken = above === '' ? 0 : Math.ceil(above.length / columns) + 1;
    const below = fitted(text, columns, rows - 1 - taken);
    update(above === '' ? below : `${above}\n\n${below}`);
  };
  return {
    text: (text: string) => draw(text),
    // What was seen last stays in sight.
    away: (why: string, last: string) => draw(last, why),
    done: () => update.done(),
  };
}
