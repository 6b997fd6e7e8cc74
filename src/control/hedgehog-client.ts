import type { z } from 'zod';
import { formatTree } from '../otp/tree-text.js';
import { InputError, quoted } from '../platform/input-error.js';
import type { LogEntry } from '../platform/logging/log-entry.js';
import type { ControlClient } from './client.js';
import { SERVICES, type ServiceName } from './deps.js';
import type * as shapes from './schemas.js';
import type { Access } from './tokens.js';

type Given<Schema extends z.ZodType> = z.input<Schema>;
type Told<Schema extends z.ZodType> = z.output<Schema>;

export type Switched = Told<typeof shapes.switched>['symbols'];
export type ShownOrder = Told<typeof shapes.order>;
export type ShownPosition = Told<typeof shapes.position>;
export type ShownProfit = Told<typeof shapes.profit>;
export type ShownSettings = Told<typeof shapes.settings>;
export type SettingsChanged = Told<typeof shapes.settingsChanged>;
export type ShownService = Told<typeof shapes.service>;
export type Readiness = Told<typeof shapes.readiness>;
export type Killed = Told<typeof shapes.killed>;
export type CancelledOrder = Told<typeof shapes.cancelledOrder>;
export type WhyIdle = Told<typeof shapes.whyIdle>;
export type LevelsOfParts = Told<typeof shapes.logLevels>['levels'];
type OrderNamed = Given<typeof shapes.orderNamed>;
type LogLevelAsked = Given<typeof shapes.logLevelAsked>;
type Settings = Given<typeof shapes.settingsGiven>;
type Topic = Given<typeof shapes.toStore>['topic'];

export interface OrdersAsked {
  readonly symbol?: string;
  /** Those alone that rest on the book. */
  readonly open?: boolean;
  /** At most so many, up to 1,000; default 100. */
  readonly limit?: number;
}

/** Symbols one by one, or in lists. */
export type SomeSymbols = readonly (string | readonly string[])[];

/**
 * A running Hedgehog, with a function for each of its commands. Prices and quantities are decimal strings. Every function asks
 * anew who runs, so that one that was started again meanwhile is found.
 *
 * They reject with InputError when what is asked for is refused or none runs, and with MachineError when it cannot be done at
 * the moment.
 */
export class HedgehogClient {
  /** @param reach finds who runs; what only looks asks for the access `read` */
  constructor(private readonly reach: (access: Access) => ControlClient) {}

  async startTrading(...symbols: SomeSymbols): Promise<Switched> {
    return this.switch('trading/start', { symbols: symbols.flat() });
  }

  /** At once; orders stay where they are. */
  async stopTrading(...symbols: SomeSymbols): Promise<Switched> {
    return this.switch('trading/stop', { symbols: symbols.flat() });
  }

  /** Nothing new starts, what was bought is sold; then off. */
  async shutDownTrading(...symbols: SomeSymbols): Promise<Switched> {
    return this.switch('trading/shutdown', { symbols: symbols.flat() });
  }

  async startStreaming(...symbols: SomeSymbols): Promise<Switched> {
    return this.switch('streaming/start', { symbols: symbols.flat() });
  }

  async stopStreaming(...symbols: SomeSymbols): Promise<Switched> {
    return this.switch('streaming/stop', { symbols: symbols.flat() });
  }

  async startStoring(topic: Topic, ...symbols: SomeSymbols): Promise<Switched> {
    return this.switch('storing/start', { topic, symbols: symbols.flat() });
  }

  async stopStoring(topic: Topic, ...symbols: SomeSymbols): Promise<Switched> {
    return this.switch('storing/stop', { topic, symbols: symbols.flat() });
  }

  async settings(symbol: string): Promise<ShownSettings> {
    return this.reach('read').get(settingsPath(symbol));
  }

  /** What is not given stays as it is; new cycles begin with it. A dry run tells what would be changed. */
  async setSettings(
    symbol: string,
    settings: Settings,
    options: { readonly dryRun?: boolean } = {},
  ): Promise<SettingsChanged> {
    const { dryRun } = checkedOptions(options, ['dryRun']);
    return this.reach('full').patch(settingsPath(symbol), settings, { dryRun: textOf(dryRun) });
  }

  /** The newest first. */
  async orders(options: OrdersAsked = {}): Promise<readonly ShownOrder[]> {
    const { symbol, open, limit } = checkedOptions(options, ['symbol', 'open', 'limit']);
    const query = { symbol, open: textOf(open), limit: textOf(limit) };
    return (await this.reach('read').get<Told<typeof shapes.orders>>('/v1/orders', query)).orders;
  }

  /** Cancels an order of ours, by its client order id or by symbol and order id, and tells what becomes of its cycle. */
  async cancelOrder(order: string | OrderNamed): Promise<CancelledOrder> {
    const named = typeof order === 'string' ? { clientOrderId: order } : order;
    const { orders } = await this.reach('full').post<Told<typeof shapes.cancelled>>('/v1/orders/cancel', {
      orders: [named],
    });
    const [cancelled] = orders;
    if (cancelled === undefined) throw new Error('one order was to be cancelled, and none was told of');
    return cancelled;
  }

  async positions(): Promise<readonly ShownPosition[]> {
    return (await this.reach('read').get<Told<typeof shapes.positions>>('/v1/positions')).positions;
  }

  async profit(): Promise<ShownProfit> {
    return this.reach('read').get('/v1/profit');
  }

  /** What each symbol waits for; without one, of all that are traded. */
  async why(symbol?: string): Promise<readonly WhyIdle[]> {
    return (await this.reach('read').get<Told<typeof shapes.why>>('/v1/why', { symbol })).symbols;
  }

  /** The roots with all that is under them; or the one actor of a path, or of a name that no other has. */
  async inspect(): Promise<readonly shapes.ShownActor[]>;
  async inspect(path: string): Promise<shapes.ShownActor>;
  async inspect(path?: string): Promise<shapes.ShownActor | readonly shapes.ShownActor[]> {
    const { actors } = await this.actors(path);
    const [actor] = actors;
    return path === undefined || actor === undefined ? actors : actor;
  }

  /** The actors as text, a line each. */
  async tree(path?: string): Promise<string> {
    const { actors } = await this.actors(path);
    return formatTree(actors as Parameters<typeof formatTree>[0]);
  }

  /** Has an actor crash; its supervisor decides what comes next. */
  async kill(path: string): Promise<Killed> {
    return this.reach('full').post('/v1/kill', { path });
  }

  /** The last lines of the log, oldest first, down to a level: `error`, `warn` or `info`. */
  async logs(options: { readonly level?: LogEntry['level'] } = {}): Promise<readonly LogEntry[]> {
    const { level } = checkedOptions(options, ['level']);
    const entries: LogEntry[] = [];
    for await (const line of this.reach('read').lines('/v1/logs', { level }))
      entries.push(JSON.parse(line) as LogEntry);
    return entries;
  }

  /** How much each part says in the log. */
  async logLevels(): Promise<LevelsOfParts> {
    return (await this.reach('read').get<Told<typeof shapes.logLevels>>('/v1/log-levels')).levels;
  }

  /** Has a part say more or less until it ends; without one, all of them. */
  async setLogLevel(level: LogLevelAsked['level'], part?: LogLevelAsked['part']): Promise<LevelsOfParts> {
    const asked = { level, ...(part === undefined ? {} : { part }) };
    return (await this.reach('full').put<Told<typeof shapes.logLevels>>('/v1/log-levels', asked)).levels;
  }

  /** What is wanted of streaming, trading and storing, and what runs. */
  async services(): Promise<Readonly<Record<ServiceName, ShownService>>> {
    const hedgehog = this.reach('read');
    const told = await Promise.all(
      SERVICES.map(async (name) => [name, await hedgehog.get<ShownService>(`/v1/services/${name}`)] as const),
    );
    return Object.fromEntries(told) as Record<ServiceName, ShownService>;
  }

  /** Whether everything runs, and if not, why. */
  async ready(): Promise<Readiness> {
    return JSON.parse((await this.reach('read').look('/readyz')).text) as Readiness;
  }

  /** Figures in the text format of Prometheus. */
  async metrics(): Promise<string> {
    return (await this.reach('read').look('/metrics')).text;
  }

  private async switch(what: string, body: object): Promise<Switched> {
    const { symbols } = await this.reach('full').post<Told<typeof shapes.switched>>(
      `/v1/services/${what}`,
      body,
    );
    return symbols;
  }

  private actors(path: string | undefined): Promise<Told<typeof shapes.inspected>> {
    return this.reach('read').get('/v1/inspect', { path });
  }
}

/** Every symbol of the database, switched on or off. */
export async function knownSymbols(hedgehog: ControlClient): Promise<readonly string[]> {
  const { wanted } = await hedgehog.get<ShownService>('/v1/services/trading');
  return wanted.map(({ symbol }) => symbol);
}

/** The paths of all actors. */
export async function knownPaths(hedgehog: ControlClient): Promise<readonly string[]> {
  const { actors } = await hedgehog.get<Told<typeof shapes.inspected>>('/v1/inspect');
  return actors.flatMap(pathsIn);
}

const pathsIn = ({ path, children }: shapes.ShownActor): readonly string[] => [
  path,
  ...children.flatMap(pathsIn),
];

const textOf = (value: boolean | number | undefined): string | undefined =>
  value === undefined ? undefined : String(value);

function settingsPath(symbol: unknown): string {
  if (typeof symbol === 'string' && symbol !== '') return `/v1/settings/${encodeURIComponent(symbol)}`;
  throw new InputError(`symbol is ${quoted(String(symbol))}; allowed is a symbol such as XRPUSDT`);
}

/** Who types into a console is checked by no compiler: a wrong name would otherwise be passed over. */
function checkedOptions<Options extends object>(
  options: Options,
  allowed: readonly (keyof Options & string)[],
): Options {
  if (typeof options !== 'object' || options === null)
    throw new InputError(`options are ${quoted(String(options))}; allowed is { ${allowed.join(', ')} }`);
  const wrong = Object.keys(options).filter((key) => !(allowed as readonly string[]).includes(key));
  if (wrong.length === 0) return options;
  throw new InputError(`options have ${wrong.map(quoted).join(', ')}; allowed is ${allowed.join(', ')}`);
}
