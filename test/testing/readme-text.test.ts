import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';

it('the example in the README is the one that runs as a test', () => {
  const code = readFileSync('test/testing/readme.test.ts', 'utf8');
  expect(readFileSync('README.md', 'utf8')).toContain(
    code.replace("'../../src/testing/index.js'", "'hedgehog/testing'").trim(),
  );
});
