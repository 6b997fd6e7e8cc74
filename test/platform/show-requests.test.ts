import { execFile } from 'node:child_process';
import { expect, it } from '@jest/globals';

/** What a process of its own prints; in Jest's own one signals cannot be heard. */
const printedBy = (script: string): Promise<string> =>
  new Promise((resolve) => {
    execFile(process.execPath, ['--input-type=module', '-e', script], (_error, stdout) => resolve(stdout));
  });

it('a request that comes before anybody can answer is answered once, as soon as somebody can, and so is each after it', async () => {
  const printed = await printedBy(`
    import { ShowRequests } from './dist/src/platform/signals.js';
    const requests = new ShowRequests();
    const heard = () => new Promise((done) => {
      const alive = setInterval(() => {}, 1_000);
      process.once('SIGUSR2', () => { clearInterval(alive); done(); });
      process.kill(process.pid, 'SIGUSR2');
    });
    await heard();
    console.log('heard');
    requests.answerWith(() => console.log('answered'));
    await heard();
    console.log('heard again');`);
  expect(printed).toBe('heard\nanswered\nanswered\nheard again\n');
});
