import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { prepareOutput } from '../../src/platform/output-file.js';
import { packed } from '../../src/platform/packed.js';
import { tempFolder } from '../support/temp-folder.js';

const folder = tempFolder();

async function* chunks(...texts: readonly (string | Error)[]) {
  for (const text of texts) {
    if (text instanceof Error) throw text;
    yield Buffer.from(text);
  }
}

describe('an output file', () => {
  it('holds all chunks, and nothing of them before the last', async () => {
    const file = folder.write('before');
    const output = await prepareOutput(file);
    await output.writeAll(
      (async function* () {
        yield Buffer.from('a');
        expect(readFileSync(file, 'utf8')).toBe('before');
        yield Buffer.from('b');
      })(),
    );
    expect(readFileSync(file, 'utf8')).toBe('ab');
    expect(existsSync(`${file}.partial`)).toBe(false);
  });

  it.each([
    ['plain', (given: AsyncIterable<Buffer>) => given],
    ['packed', packed],
  ])('stays as it was when the chunks fail, %s', async (_name, as) => {
    const file = folder.write('before');
    const output = await prepareOutput(file);
    await expect(output.writeAll(as(chunks('a', new Error('lost'))))).rejects.toThrow('lost');
    expect(readFileSync(file, 'utf8')).toBe('before');
    expect(existsSync(`${file}.partial`)).toBe(false);
  });

  it('is for whom it says, whatever was left there before', async () => {
    const file = folder.path('secret');
    writeFileSync(`${file}.partial`, 'left', { mode: 0o644 });
    await (await prepareOutput(file, { mode: 0o600 })).writeAll(chunks('a'));
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('replaces nothing when it may not', async () => {
    const file = folder.write('before');
    await expect(prepareOutput(file, { replace: false })).rejects.toThrow(
      `${file} is there already; --force`,
    );
    const device = await prepareOutput('/dev/null', { replace: false });
    await device.writeAll(chunks('a'));
  });
});
