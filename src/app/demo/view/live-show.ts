import type { ActorSnapshot } from '../../../otp/index.js';
import type { Clock } from '../../../ports/clock.js';
import type { Log, LogFields, LogLevel } from '../../../ports/log.js';
import type { DemoEvent, DemoView } from './demo-view.js';
import { frame, MOST_EVENTS } from './frame.js';
import { Screen, type Terminal } from './screen.js';
import type { Show } from './show.js';
import { cut, painted } from './styled-line.js';
import { treeLines } from './tree-lines.js';

export interface LiveShowOptions {
  readonly clock: Clock;
  /** Takes what is logged once the terminal is free again. */
  readonly log: Log;
  readonly terminal: Terminal;
  readonly colours: boolean;
}

const FRAME_MS = 150;
/** Lines of the log kept for later; of a storm the first ones tell what began it. */
const MOST_LINES = 200;

/** The demo on a terminal, drawn in place. */
export class LiveShow implements Show {
  private readonly screen: Screen;
  private readonly events: DemoEvent[] = [];
  private readonly logged: (() => void)[] = [];
  private look: (() => DemoView) | null = null;
  private elapsedMs = 0;
  private cancel = (): void => {};

  constructor(private readonly options: LiveShowOptions) {
    this.screen = new Screen(options.terminal, () => this.draw());
  }

  readonly log: Log = {
    debug: (message, fields) => this.note('debug', message, fields),
    info: (message, fields) => this.note('info', message, fields),
    warn: (message, fields) => this.note('warn', message, fields),
    error: (message, fields) => this.note('error', message, fields),
  };

  say(text: string): void {
    this.close();
    this.options.terminal.write(`${text}\n`);
  }

  /** The picture tells it already. */
  remark(): void {}

  sayTree(tree: readonly ActorSnapshot[]): void {
    const { colours } = this.options;
    const lines = treeLines(tree, Number.POSITIVE_INFINITY);
    for (const line of lines) this.say(painted(cut(line, this.screen.size.columns), colours));
  }

  open(look: () => DemoView): void {
    this.look = look;
    this.goOn();
  }

  tell(event: DemoEvent): void {
    this.events.push(event);
    if (this.events.length > MOST_EVENTS) this.events.shift();
  }

  close(): void {
    this.cancel();
    this.look = null;
    this.screen.close();
    for (const again of this.logged.splice(0)) again();
  }

  private goOn(): void {
    this.draw();
    this.cancel = this.options.clock.after(FRAME_MS, () => this.goOn());
  }

  private draw(): void {
    const { look, events } = this;
    if (look === null) return;
    const { colours } = this.options;
    this.screen.draw(() => {
      const view = look();
      this.elapsedMs = view.elapsedMs;
      return frame({ ...view, events }, { ...this.screen.size, colours });
    });
  }

  private note(level: LogLevel, message: string, fields?: LogFields): void {
    const { log } = this.options;
    if (this.look === null) {
      log[level](message, fields);
      return;
    }
    if (this.logged.length < MOST_LINES) this.logged.push(() => log[level](message, fields));
    if (level === 'error' || level === 'warn')
      this.tell({ atMs: this.elapsedMs, symbol: level, text: message, tone: 'alarm' });
  }
}
