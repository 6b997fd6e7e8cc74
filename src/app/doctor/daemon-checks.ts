import { createServer } from 'node:net';
import { announcedIn } from '../../control/announcement.js';
import { isAlive, runningHedgehog } from '../../control/client.js';
import { readControlConfig } from '../../control/control-config.js';
import { controlPlaces } from '../../control/control-places.js';
import { inTime } from '../../control/in-time.js';
import { codeOf, messageOf } from '../../platform/error-facts.js';
import { type Check, type Finding, ok, problem, warning } from './check.js';

const DAEMON = 'daemon';

export const daemonCheck: Check = {
  name: DAEMON,
  async run({ environment, version, clock, patienceMs, known }) {
    const places = controlPlaces(environment);
    const announced = announcedIn(places.announcement);
    if (announced === undefined) return ok('none runs; hedgehog start starts one');
    const { pid, port } = announced;
    if (!isAlive(pid))
      return ok(`none runs: process ${pid} has ended without a word; hedgehog start starts another`);
    // Whatever its version, health is told in the same way.
    const client = runningHedgehog(places, announced.version, 'read');
    const beganMs = clock.monotonicMs();
    await inTime(clock, patienceMs, `the Hedgehog that runs (process ${pid})`, client.look('/healthz'));
    const tookMs = Math.ceil(clock.monotonicMs() - beganMs);
    known.daemon = { client, port, version: announced.version };
    const runs = `runs as process ${pid} and answers within ${tookMs} ms`;
    return announced.version === version
      ? ok(`${runs}, version ${version}`)
      : problem(
          `${runs}, but is of version ${announced.version}, and this of ${version}: commands will not talk to it`,
          'start it again, or use the command of that version',
        );
  },
};

/** Where the API listens, or would. */
export const portCheck: Check = {
  name: 'control port',
  needs: [DAEMON],
  async run({ environment, known: { daemon } }) {
    const { host, port } = readControlConfig(environment);
    if (daemon !== undefined)
      return daemon.port === null ? inUse(host, port) : ok(`Hedgehog listens on port ${daemon.port}`);
    if (port === 0) return ok('any that is free');
    return listen(host, port);
  },
};

const inUse = (host: string, port: number): Finding =>
  warning(
    `another program listens on ${host}:${port}; commands reach Hedgehog all the same, by its socket`,
    'name another port in HEDGEHOG_CONTROL_PORT',
  );

const listen = (host: string, port: number): Promise<Finding> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error) =>
      resolve(
        codeOf(error) === 'EADDRINUSE'
          ? inUse(host, port)
          : warning(
              `nobody can listen on ${host}:${port}: ${messageOf(error)}`,
              'name another in HEDGEHOG_CONTROL_PORT',
            ),
      ),
    );
    server.listen({ host, port }, () => server.close(() => resolve(ok(`${host}:${port} is free`))));
  });
