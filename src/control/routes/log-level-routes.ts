import { z } from 'zod';
import { LOG_PARTS } from '../../ports/log.js';
import type { ControlDeps } from '../deps.js';
import { type AnyRoute, route } from '../route.js';
import { logLevelAsked, logLevels } from '../schemas.js';

/** How much each part of the engine says. What is changed here lasts until the process ends. */
export const logLevelRoutes = ({ logs: { levels }, log }: ControlDeps): readonly AnyRoute[] => [
  route({
    kind: 'json',
    method: 'GET',
    path: '/v1/log-levels',
    summary: 'how much each part says in the log',
    needs: 'read',
    query: z.strictObject({}),
    answer: logLevels,
    handle: () => ({ levels: levels.all() }),
  }),
  route({
    kind: 'json',
    method: 'PUT',
    path: '/v1/log-levels',
    summary: 'set how much a part says, or all of them, until Hedgehog ends',
    needs: 'full',
    query: z.strictObject({}),
    body: logLevelAsked,
    answer: logLevels,
    handle({ body: { part, level } }) {
      for (const each of part === undefined ? LOG_PARTS : [part]) levels.set(each, level);
      log.info(`control: the log level of ${part ?? 'all parts'} is ${level}`);
      return { levels: levels.all() };
    },
  }),
];
