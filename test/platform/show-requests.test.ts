import { expect, it } from '@jest/globals';
import { ShowRequests } from '../../src/platform/signals.js';
import { eventually } from '../support/running-hedgehog.js';

it('a request that comes before anybody can answer is answered once, as soon as somebody can, and so is each after it', async () => {
  const requests = new ShowRequests();
  let heard = 0;
  const hear = (): void => {
    heard++;
  };
  process.on('SIGUSR2', hear);
  let answers = 0;
  try {
    process.kill(process.pid, 'SIGUSR2');
    await eventually(() => heard === 1, 'the signal is there');
    requests.answerWith(() => answers++);
    expect(answers).toBe(1);
    process.kill(process.pid, 'SIGUSR2');
    await eventually(() => answers === 2, 'the next one is answered');
  } finally {
    process.removeAllListeners('SIGUSR2');
  }
});
