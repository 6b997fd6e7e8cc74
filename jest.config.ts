/** @jest-config-loader esbuild-register */
import type { Config } from 'jest';

const shared = {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: {
    '^(\\.{1,2}/.*)\\.js$': '$1',
    // csv-parse looks a global up for every byte. In Jest's sandbox that is slow, less so in its CommonJS build with Math
    // injected: tapes read three times as fast.
    '^csv-parse$': '<rootDir>/node_modules/csv-parse/dist/cjs/index.cjs',
  },
  sandboxInjectedGlobals: ['Math'],
  globalSetup: '<rootDir>/test/support/database-run.ts',
  globalTeardown: '<rootDir>/test/support/database-run-end.ts',
  transform: { '^.+\\.ts$': ['@swc/jest', { jsc: { parser: { syntax: 'typescript' }, target: 'es2023' } }] },
} satisfies Config;

/** The suite over the recorded tapes is a project of its own: it needs data that is not part of this repository. */
const tapes = {
  ...shared,
  displayName: 'tapes',
  testMatch: ['<rootDir>/test/tapes/**/*.test.ts'],
} satisfies Config;
/** Whole lives of servers and processes: minutes of starting, killing and starting again. */
const lives = {
  ...shared,
  displayName: 'lives',
  testMatch: ['<rootDir>/test/lives/**/*.test.ts'],
} satisfies Config;
const main = {
  ...shared,
  displayName: 'hedgehog',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/tapes/', '<rootDir>/test/lives/'],
} satisfies Config;

const suites: Readonly<Record<string, Config>> = { main, tapes, lives };
const suite = suites[process.env.HEDGEHOG_SUITE ?? 'main'];
if (suite === undefined) throw new Error(`HEDGEHOG_SUITE is one of ${Object.keys(suites).join(', ')}`);

export default {
  projects: [suite],
  testTimeout: 60_000,
  maxWorkers: 2,
  testSequencer: '<rootDir>/test/support/longest-first.js',
  // Each file of tests leaves its modules behind in its worker, and a replay in one that has many is several times as slow.
  workerIdleMemoryLimit: '300MB',
} satisfies Config;
