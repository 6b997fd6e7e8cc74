import { accessSync, constants, lstatSync, type Stats, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { type ControlPlaces, controlPlaces } from '../../control/control-places.js';
import { readStartConfig } from '../start-config.js';
import { type Check, type DoctorContext, type Finding, ok, problem, warning } from './check.js';
import { existing } from './machine-checks.js';

export const configurationCheck: Check = {
  name: 'configuration',
  otherwise: 'the configuration cannot be used',
  async run(context) {
    if (context.unreadable !== undefined)
      return problem(context.unreadable, 'mend the file, or name another one with --config');
    const { exchange } = await readStartConfig(context.environment, context.problems);
    if (exchange.kind === 'remote') context.known.remote = exchange;
    return ok(`usable: exchange ${exchange.name}`);
  },
};

export const dataDirectoryCheck: Check = {
  name: 'data directory',
  otherwise: 'the data directory cannot be used',
  async run({ environment }) {
    const data = resolve(environment.HEDGEHOG_DATA_DIR || '.hedgehog');
    const there = existing(data);
    const elsewhere = 'name another folder in HEDGEHOG_DATA_DIR';
    if (!statSync(there).isDirectory()) return problem(`${there} is a file and no folder`, elsewhere);
    const mayWrite = isWritable(there);
    if (there !== data)
      return mayWrite
        ? ok(`${data} is not made yet: hedgehog start makes it`)
        : problem(`${data} cannot be made: ${there} cannot be written to`, elsewhere);
    if (!mayWrite) return problem(`${data} cannot be written to`, `run this as its owner, or ${elsewhere}`);
    return ok(data);
  },
};

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

const OTHERS = 0o077;

/** The files that let commands in; whoever else can read one can do as much. */
export const tokensCheck: Check = {
  name: 'token files',
  async run(context) {
    const places = controlPlaces(context.environment);
    const kept = keptPlaces(places);
    if (kept.length === 0) return null;
    const open = kept.find(({ stat }) => (stat.mode & OTHERS) !== 0);
    if (open !== undefined) return openToOthers(open, context);
    const foreign = kept.find(({ stat }) => stat.uid !== process.getuid?.());
    if (foreign !== undefined)
      return warning(
        `${foreign.path} belongs to the user with the id ${foreign.stat.uid}`,
        'run commands as that user',
      );
    return ok(`in ${places.folder}, for their owner alone`);
  },
};

interface Kept {
  readonly path: string;
  readonly stat: Stats;
}

function keptPlaces({ folder, fullToken, readToken }: ControlPlaces): readonly Kept[] {
  return [folder, fullToken, readToken].flatMap((path) => {
    const stat = lstatSync(path, { throwIfNoEntry: false });
    return stat === undefined ? [] : [{ path, stat }];
  });
}

function openToOthers({ path, stat }: Kept, { known }: DoctorContext): Finding {
  const mode = (stat.mode & 0o777).toString(8).padStart(4, '0');
  const found = `${path} is open to other users (mode ${mode})`;
  if (stat.isDirectory()) return problem(found, `chmod 700 ${path}`);
  const remedy = 'the next hedgehog start makes a new token, as somebody may have read this one';
  return problem(found, known.daemon === undefined ? remedy : `stop Hedgehog and start it again: ${remedy}`);
}
