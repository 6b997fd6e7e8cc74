import { z } from 'zod';
import { InputError } from '../../platform/input-error.js';
import { actorAt, findActor, findActorByPart, shownTree, supervisorOf } from '../actors.js';
import type { ControlDeps } from '../deps.js';
import { type AnyRoute, route } from '../route.js';
import { inspected, killed, pathAsked } from '../schemas.js';

/** Looking at actors, and having them crash. */
export const actorRoutes = (deps: ControlDeps): readonly AnyRoute[] => [
  route({
    kind: 'json',
    method: 'GET',
    path: '/v1/inspect',
    summary: 'the tree of actors, or one of them, by its path or a part of its name, with those under it',
    needs: 'read',
    query: pathAsked.partial(),
    answer: inspected,
    handle({ query: { path } }) {
      const roots = shownTree(deps.system);
      if (path === undefined) return { actors: roots, supervisor: null };
      const actor = findActorByPart(roots, path);
      const above = supervisorOf(roots, actor);
      return {
        actors: [actor],
        supervisor: above && { path: above.path, kind: above.kind, state: above.state },
      };
    },
  }),
  route({
    kind: 'json',
    method: 'POST',
    path: '/v1/kill',
    summary: 'have an actor crash; its supervisor decides what comes next',
    needs: 'full',
    query: z.strictObject({}),
    body: pathAsked,
    answer: killed,
    handle: ({ body: { path } }) => kill(deps, path),
  }),
];

function kill({ system, log }: ControlDeps, pathOrName: string) {
  const { path, kind } = findActor(shownTree(system), pathOrName);
  if (!path.includes('/')) {
    throw new InputError(
      `path is ${path}, which nothing stands above to start it again; end the process with SIGTERM instead`,
    );
  }
  log.warn(`control: ${path} is killed`, { actor: path });
  // It may have ended by itself meanwhile.
  const actor = actorAt(system, path);
  if (actor !== undefined) system.kill(actor, new Error('killed through the control API'));
  return { path, kind };
}
