import { readFileSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { codeOf, messageOf } from '../platform/error-facts.js';
import { InputError } from '../platform/input-error.js';
import { MachineError } from '../platform/machine-error.js';
import { type Announcement, announcedIn } from './announcement.js';
import type { ControlPlaces } from './control-places.js';
import type { Access } from './tokens.js';

/** A running Hedgehog, as commands ask it. Refusals are InputError, and what it cannot do at the moment is MachineError. */
export interface ControlClient {
  readonly pid: number;
  get<T>(path: string, query?: Query): Promise<T>;
  post<T>(path: string, body: object, query?: Query): Promise<T>;
  patch<T>(path: string, body: object, query?: Query): Promise<T>;
  put<T>(path: string, body: object, query?: Query): Promise<T>;
  /** What is there, whatever the status: of health it is a part of the answer. */
  look(path: string): Promise<{ readonly status: number; readonly text: string }>;
  /** Lines as they come, until it ends or the reader has enough. */
  lines(path: string, query?: Query): AsyncGenerator<string>;
}

/** No Hedgehog runs that could be asked. */
export class NoHedgehogRuns extends InputError {}

/** What is undefined is left out. */
export type Query = Readonly<Record<string, string | undefined>>;

const PATIENCE_MS = 30_000;

/**
 * Finds the Hedgehog that runs on the database, by what it announces.
 *
 * @param version of this command; another one's answers might not be understood
 * @throws NoHedgehogRuns when none runs; InputError when it is of another version, or what it announces is not to be read by us
 */
export function runningHedgehog(places: ControlPlaces, version: string, access: Access): ControlClient {
  const announced = announcedAt(places);
  if (announced === undefined || !isAlive(announced.pid)) throw noneRuns(places, announced);
  if (announced.version !== version) {
    throw new InputError(
      `the Hedgehog that runs (process ${announced.pid}) is of version ${announced.version}, and this command of ${version}; ` +
        'start it again, or use the command of that version',
    );
  }
  return new Client(places, announced, readToken(places, access));
}

function announcedAt({ announcement: file }: ControlPlaces): Announcement | undefined {
  try {
    return announcedIn(file);
  } catch (error) {
    throw unreadable(file, error);
  }
}

const unreadable = (file: string, error: unknown): InputError =>
  new InputError(
    `${file} cannot be read (${codeOf(error) || messageOf(error)}); run this as the user that Hedgehog runs as`,
  );

function noneRuns(
  { announcement, folder }: ControlPlaces,
  announced: Announcement | undefined,
): NoHedgehogRuns {
  const why =
    announced === undefined
      ? `there is no ${announcement}`
      : `process ${announced.pid}, announced in ${announcement}, has ended`;
  const database = announced?.database ?? folder.split('/').at(-1);
  return new NoHedgehogRuns(
    `no Hedgehog runs on the database ${database}: ${why}. hedgehog start starts one; HEDGEHOG_ENV, HEDGEHOG_DATABASE, ` +
      'DATABASE_URL and HEDGEHOG_DATA_DIR must be the same for both',
  );
}

function readToken({ fullToken, readToken: readOnly }: ControlPlaces, access: Access): string {
  const file = access === 'full' ? fullToken : readOnly;
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw unreadable(`the token in ${file}`, error);
  }
}

class Client implements ControlClient {
  constructor(
    private readonly places: ControlPlaces,
    private readonly announced: Announcement,
    private readonly token: string,
  ) {}

  get pid(): number {
    return this.announced.pid;
  }

  get<T>(path: string, query: Query = {}): Promise<T> {
    return this.answer<T>('GET', withQuery(path, query));
  }

  post<T>(path: string, body: object, query: Query = {}): Promise<T> {
    return this.answer<T>('POST', withQuery(path, query), JSON.stringify(body));
  }

  patch<T>(path: string, body: object, query: Query = {}): Promise<T> {
    return this.answer<T>('PATCH', withQuery(path, query), JSON.stringify(body));
  }

  put<T>(path: string, body: object, query: Query = {}): Promise<T> {
    return this.answer<T>('PUT', withQuery(path, query), JSON.stringify(body));
  }

  async look(path: string): Promise<{ readonly status: number; readonly text: string }> {
    const response = await this.ask('GET', path);
    return { status: response.statusCode ?? 500, text: await this.wholeText(response) };
  }

  async *lines(path: string, query: Query = {}): AsyncGenerator<string> {
    const response = await this.ask('GET', withQuery(path, query), { isPatient: true });
    if (response.statusCode !== 200) throw refusedWith(response, await this.wholeText(response));
    try {
      yield* createInterface({ input: response, crlfDelay: Number.POSITIVE_INFINITY });
    } catch (error) {
      throw this.unheard(error);
    } finally {
      response.destroy();
    }
  }

  private async answer<T>(method: string, path: string, body?: string): Promise<T> {
    const response = await this.ask(method, path, { body });
    const answered = await this.wholeText(response);
    if ((response.statusCode ?? 500) >= 400) throw refusedWith(response, answered);
    return JSON.parse(answered) as T;
  }

  private wholeText(response: IncomingMessage): Promise<string> {
    return text(response).catch((error: unknown) => {
      throw this.unheard(error);
    });
  }

  /** @param isPatient once it answers, the next of its lines may be long in coming */
  private ask(
    method: string,
    path: string,
    { body, isPatient = false }: { readonly body?: string | undefined; readonly isPatient?: boolean } = {},
  ): Promise<IncomingMessage> {
    const { socket, host, port } = this.announced;
    const where = socket === null ? { host, port } : { socketPath: socket };
    return new Promise((resolve, reject) => {
      const asking = request({
        ...where,
        method,
        path,
        timeout: PATIENCE_MS,
        agent: false,
        headers: {
          host: 'localhost',
          authorization: `Bearer ${this.token}`,
          ...(body === undefined
            ? {}
            : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
        },
      });
      const giveUp = (): void => {
        asking.destroy(new Error('it does not answer'));
      };
      asking.on('timeout', giveUp);
      asking.once('response', (response) => {
        if (isPatient) asking.off('timeout', giveUp);
        resolve(response);
      });
      asking.once('error', (error) => reject(this.unreachable(error)));
      asking.end(body);
    });
  }

  /** It went away, or stood still, in the midst of an answer. */
  private unheard(error: unknown): MachineError {
    return new MachineError(
      `the Hedgehog that runs (process ${this.pid}) can be heard no more: ${messageOf(error)}`,
    );
  }

  private unreachable(error: unknown): Error {
    const { pid } = this.announced;
    // The pid may be another process's by now.
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ECONNREFUSED')
      return noneRuns(this.places, this.announced);
    return new MachineError(`the Hedgehog that runs (process ${pid}) cannot be asked: ${messageOf(error)}`);
  }
}

function withQuery(path: string, query: Query): string {
  const given = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given).toString()}`;
}

function refusedWith({ statusCode = 500 }: IncomingMessage, answered: string): Error {
  const message = messageIn(answered);
  return statusCode < 500
    ? new InputError(message)
    : new MachineError(`the Hedgehog that runs says: ${message}`);
}

function messageIn(answered: string): string {
  try {
    return (JSON.parse(answered) as { error: { message: string } }).error.message;
  } catch {
    return answered;
  }
}

/** Whether there is such a process, whoever's. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // It is somebody else's.
    return codeOf(error) === 'EPERM';
  }
}
