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
const main = {
  ...shared,
  displayName: 'hedgehog',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/tapes/'],
} satisfies Config;

export default {
  projects: process.env.HEDGEHOG_TAPES === undefined ? [main] : [main, tapes],
  testTimeout: 60_000,
  maxWorkers: 2,
} satisfies Config;
