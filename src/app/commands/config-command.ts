import { type Command, Option } from 'commander';
import { KEYS, type Takes } from '../configuration/keys.js';
import { EXCHANGES } from '../exchange-names.js';

/** The options as given. */
export interface ConfigShowOptions {
  readonly exchange?: string;
  readonly json?: true;
}

const ABOUT = `
The file is JSON. It is beneath the environment, which is beneath a command's options. A path in it starts from the folder
that it is in. One that holds a secret (api.key, api.secret, a password in database.url) must have mode 0600 or 0400.

Keys, their variables, and what they take:
${KEYS.map(({ key, variable, takes }) => `  ${key.padEnd(21)}${variable.padEnd(31)}${kindOf(takes)}`).join('\n')}

Examples:
  hedgehog config show
  hedgehog config show --config /etc/hedgehog/hedgehog.config.json --json
  hedgehog config schema > hedgehog.schema.json
  echo '{"$schema": "./hedgehog.schema.json", "exchange": "simulator", "log": {"level": "warn"}}' > hedgehog.config.json`;

/** `hedgehog config`. */
export function addConfigCommand(program: Command): void {
  const config = program
    .command('config')
    .description('What Hedgehog is told by its configuration file and the environment')
    .addHelpText('after', ABOUT);
  config
    .command('show')
    .description('show what counts and where it is from, then everything that is wrong with it')
    .addOption(new Option('--exchange <name>', 'as hedgehog start takes it').choices(EXCHANGES))
    .option('--json', 'print one JSON object and nothing else on standard output')
    .addHelpText('after', ABOUT)
    .allowExcessArguments(false)
    .action(async (options: ConfigShowOptions) => (await load()).showConfig(options));
  config
    .command('schema')
    .description('print the JSON Schema of the file, by which editors complete and check it')
    .addHelpText('after', ABOUT)
    .allowExcessArguments(false)
    .action(async () => (await load()).printSchema());
}

function kindOf(takes: Takes): string {
  switch (takes.kind) {
    case 'text':
      return 'text';
    case 'path':
      return takes.except === undefined ? 'a path' : `a path, or ${takes.except}`;
    case 'one-of':
      return takes.values.join(', ');
    case 'whole-number':
      return `a whole number from ${takes.from} to ${takes.to}`;
    case 'switch':
      return `true or false; ${takes.on} or ${takes.off} in the variable`;
    case 'tapes':
      return 'a path or a list of paths, SYMBOL= before one that names no symbol';
  }
}

// Loaded only when it is run, so that help and mistakes are answered at once.
const load = () => import('./config-run.js');
