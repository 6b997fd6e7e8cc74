import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename } from 'node:path';
import { Script } from 'node:vm';
import { describe, expect, it } from '@jest/globals';
import { readConfigFile } from '../../src/app/configuration/config-file.js';
import { KEYS } from '../../src/app/configuration/keys.js';
import { ENDS_WITHIN_MS } from '../../src/app/ending.js';
import { hedgehog } from '../support/hedgehog.js';
import { tempFolder } from '../support/temp-folder.js';

const folder = tempFolder();
const yaml = createRequire(import.meta.url)('js-yaml') as { safeLoad(text: string): unknown };
const textOf = (name: string): string => readFileSync(`docs/examples/${name}`, 'utf8');
const SYSTEMD_ANALYZE = '/usr/bin/systemd-analyze';

/** Seconds in what systemd and Docker write: `45s`, `10min`, `1m`. */
const secondsIn = (text: string): number => {
  const [, count, unit = ''] = /^(\d+)(s|m|min)$/.exec(text) ?? [];
  return Number(count) * (unit === 's' ? 1 : 60);
};

describe('the service of systemd', () => {
  const unit = textOf('hedgehog.service');
  const lines = unit.split('\n').filter((line) => /^\w+=/.test(line));
  const settings = new Map(
    lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );

  it('sets nothing twice', () => {
    expect(settings.size).toBe(lines.length);
  });

  it('is started again after a crash, and not after a mistake in its configuration or a second signal', () => {
    expect(settings.get('Restart')).toBe('on-failure');
    expect(settings.get('RestartPreventExitStatus')?.split(' ')).toEqual(['2', '130', '143']);
  });

  it('is given longer to end than Hedgehog takes at most, and only Hedgehog itself is told', () => {
    expect(secondsIn(settings.get('TimeoutStopSec') ?? '') * 1_000).toBeGreaterThan(ENDS_WITHIN_MS);
    expect(settings.get('KillMode')).toBe('mixed');
    expect([settings.get('KillSignal'), settings.get('MemoryDenyWriteExecute')]).toEqual([
      undefined,
      undefined,
    ]);
  });

  it('may write where its configuration has its files', () => {
    expect(settings.get('ProtectSystem')).toBe('strict');
    const { values } = readConfigFile('docs/examples/hedgehog.config.json') ?? {};
    expect(values?.get('HEDGEHOG_DATA_DIR')).toBe(`/var/lib/${settings.get('StateDirectory')}`);
  });

  it('starts a command that there is, with the file of the examples', async () => {
    const [node, cli, ...args] = settings.get('ExecStart')?.split(' ') ?? [];
    expect([node, cli]).toEqual(['/usr/bin/node', '/opt/hedgehog/dist/src/app/cli.js']);
    expect(args.map((arg) => basename(arg))).toEqual(['start', '--config', 'hedgehog.config.json']);
    const shown = await hedgehog('config', 'show', '--config', 'docs/examples/hedgehog.config.json');
    // Its keys are in the file that the environment is from.
    expect(shown.stderr.trimEnd().split('\n  ').slice(1)).toEqual([
      expect.stringContaining('which takes keys'),
    ]);
  });

  if (existsSync(SYSTEMD_ANALYZE)) {
    it('is found right by systemd', () => {
      const here = unit.replace('/usr/bin/node', process.execPath).replace(/^Documentation=.*\n/m, '');
      const file = folder.path('hedgehog.service');
      writeFileSync(file, here);
      const said = execFileSync('sh', [
        '-c',
        `exec ${SYSTEMD_ANALYZE} verify --man=no "$0" 2>&1`,
        file,
      ]).toString();
      // Only of our unit: what else the machine has is its own affair.
      expect(said.split('\n').filter((line) => line.includes('hedgehog'))).toEqual([]);
    });
  }
});

interface Service {
  readonly image: string;
  readonly build?: { readonly context: string; readonly dockerfile: string };
  readonly environment: Readonly<Record<string, string>>;
  readonly stop_grace_period: string;
  readonly restart: string;
  readonly volumes: readonly string[];
  readonly healthcheck: { readonly test: readonly string[] };
}
interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}
const composeIn = (text: string): Compose => yaml.safeLoad(text) as Compose;

describe('the services of Docker Compose', () => {
  const compose = composeIn(textOf('compose.yml'));
  const { hedgehog: engine, postgres } = compose.services as { hedgehog: Service; postgres: Service };

  it('tell Hedgehog nothing that it does not know, and the database that is beside it', () => {
    const known = KEYS.map(({ variable }) => variable);
    expect(Object.keys(engine.environment).filter((name) => !known.includes(name))).toEqual([]);
    const url = new URL(engine.environment.DATABASE_URL?.replace(/\$\{[^}]*\}/, 'x') ?? '');
    expect(`${url.username} ${url.host} ${url.pathname}`).toBe(
      `${postgres.environment.POSTGRES_USER} postgres:5432 /${postgres.environment.POSTGRES_DB}`,
    );
  });

  it('give Hedgehog longer to end than it takes at most, and do not start it again for ever', () => {
    expect(secondsIn(engine.stop_grace_period) * 1_000).toBeGreaterThan(ENDS_WITHIN_MS);
    expect(engine.restart).toMatch(/^on-failure:\d+$/);
  });

  it('use the volumes that they make', () => {
    const used = [...engine.volumes, ...postgres.volumes].map((volume) => volume.split(':')[0]);
    expect(new Set(used)).toEqual(new Set(Object.keys(compose.volumes)));
  });

  it('ask for what the local API answers, on the port that it listens on', () => {
    const port = KEYS.find(({ key }) => key === 'control.port')?.otherwise;
    expect(engine.healthcheck.test.at(-1)).toContain(`http://127.0.0.1:${port}/readyz`);
    expect(() => new Script(engine.healthcheck.test.at(-1) ?? '!')).not.toThrow();
  });

  it('have the database of the one for development', () => {
    const { services } = composeIn(readFileSync('docker-compose.yml', 'utf8'));
    expect([postgres.image, postgres.healthcheck]).toEqual([
      services.postgres?.image,
      services.postgres?.healthcheck,
    ]);
  });

  it('build what the Dockerfile says, from files that there are', () => {
    expect(engine.build).toEqual({ context: '../..', dockerfile: 'docs/examples/Dockerfile' });
    const copied = [...textOf('Dockerfile').matchAll(/^COPY (?!--)(.+) \S+$/gm)].flatMap(([, from = '']) =>
      from.split(' '),
    );
    expect(copied.length).toBeGreaterThan(5);
    expect(copied.filter((file) => !existsSync(file))).toEqual([]);
    const { bin, files } = JSON.parse(readFileSync('package.json', 'utf8')) as {
      readonly bin: { readonly hedgehog: string };
      readonly files: readonly string[];
    };
    expect(textOf('Dockerfile')).toContain(`ENTRYPOINT ["node", "/opt/hedgehog/${bin.hedgehog}"]`);
    for (const file of files)
      expect(textOf('Dockerfile')).toContain(`COPY --from=build /opt/hedgehog/${file} `);
  });
});
