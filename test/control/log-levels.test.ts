import { expect, it } from '@jest/globals';
import { everyPartAt } from '../../src/platform/logging/log-levels.js';
import { controlledEngine } from '../support/control.js';
import { eventually } from '../support/running-hedgehog.js';

const api = controlledEngine([]);
const PATH = '/v1/log-levels';
const put = (body: object) => api.ask(PATH, { method: 'PUT', body });

it('the levels of all parts are told, and one is set at once', async () => {
  expect((await api.ask(PATH, { token: api.tokens.read })).json).toEqual({ levels: everyPartAt('debug') });
  const want = { ...everyPartAt('debug'), trading: 'warn' };
  expect((await put({ part: 'trading', level: 'warn' })).json).toEqual({ levels: want });
  expect((await api.ask(PATH)).json).toEqual({ levels: want });
  const trading = api.log.part('trading');
  trading.info('left out');
  trading.warn('said');
  expect(api.entries.map(({ message }) => message)).toEqual(expect.arrayContaining(['said']));
  expect(api.entries.map(({ message }) => message)).not.toContain('left out');
});

it('without a part all of them are set, and the log says so', async () => {
  expect((await put({ level: 'info' })).json).toEqual({ levels: everyPartAt('info') });
  expect(api.entries.map(({ message }) => message)).toContain('control: the log level of all parts is info');
});

it('the actors log as their parts', async () => {
  await eventually(
    () => api.log.ring.recent('info').map(({ part, message }) => `${part}: ${message}`),
    'the API has said that it listens',
    (said) => said.includes('control: control: listening'),
  );
  expect(api.log.ring.recent('info').map(({ part }) => part)).toContain('control');
});
