import { writeFile } from 'node:fs/promises';
import { Option, program } from 'commander';
import type { Benchmark, Effort } from './benchmark.js';
import { benchDatabaseImport } from './database-import.js';
import { benchDatabaseReplay } from './database-replay.js';
import { benchDatabaseScale } from './database-scale.js';
import { benchDecode } from './decode.js';
import { benchMemory } from './memory.js';
import { benchMock } from './mock.js';
import { benchOtp } from './otp.js';
import { benchReconnect } from './reconnect.js';
import { benchReplay } from './replay.js';
import { type Figure, jsonOf, tableOf } from './report.js';
import { benchSoak } from './soak.js';
import { benchStreams } from './streams.js';

const BENCHMARKS: Readonly<Record<string, Benchmark>> = {
  replay: benchReplay,
  otp: benchOtp,
  mock: benchMock,
  memory: benchMemory,
  'database-import': benchDatabaseImport,
  'database-replay': benchDatabaseReplay,
  'database-scale': benchDatabaseScale,
  decode: benchDecode,
  streams: benchStreams,
  reconnect: benchReconnect,
  soak: benchSoak,
};

interface Options {
  readonly quick: boolean;
  readonly only?: string;
  readonly json?: string;
}

async function main({ quick: isQuick, only, json }: Options): Promise<void> {
  const effort: Effort = {
    isQuick,
    tapesFolder: process.env.HEDGEHOG_TAPES,
    tell: (progress) => console.error(progress),
  };
  const figures: Figure[] = [];
  for (const [name, benchmark] of Object.entries(BENCHMARKS)) {
    if (only === undefined || only === name) figures.push(...(await benchmark(effort)));
  }
  const document = jsonOf(figures, isQuick);
  if (json !== undefined) await writeFile(json, `${document}\n`);
  console.log(tableOf(figures));
  console.log(document);
}

await program
  .name('bench')
  .description(
    'Measures the engine. Only ratios count: each is of two things measured by turns in the same run.',
  )
  .addOption(new Option('--only <name>', 'run one benchmark').choices(Object.keys(BENCHMARKS)))
  .option('--quick', 'short runs, to see that everything works', false)
  .option('--json <file>', 'write the figures to a file too')
  .addHelpText('after', '\nHEDGEHOG_TAPES may name a folder with tapes/: its real tape is replayed too.')
  .action(main)
  .parseAsync();
