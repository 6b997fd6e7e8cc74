import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { announcedIn } from '../../src/control/announcement.js';
import { controlledEngine } from '../support/control.js';
import { eventually } from '../support/running-hedgehog.js';

const other = createServer();
await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
const { port } = other.address() as AddressInfo;
const api = controlledEngine(['XRPUSDT'], undefined, { HEDGEHOG_CONTROL_PORT: String(port) });

describe('a Hedgehog whose port is in use', () => {
  it('runs, is reached over its socket, says so once, and takes the port when it is free', async () => {
    const inTheWay = `control: cannot listen on 127.0.0.1:${port}: it is in use; HEDGEHOG_CONTROL_PORT names another`;
    const announced = () => announcedIn(api.places.announcement);
    expect(announced()?.port).toBeNull();
    const shown = (await api.ask('/v1/inspect?path=Control', { overSocket: true })).json.actors[0];
    expect(shown.state).toMatchObject({ port: null, problems: [inTheWay.slice('control: '.length)] });
    // Tried again at least once before it is free.
    await eventually(
      async () =>
        (await api.ask('/v1/inspect?path=Control', { overSocket: true })).json.actors[0]
          .lastMessages as string[],
      'it has tried again',
      (messages) => messages.filter((message) => message === 'info opened').length === 2,
    );
    expect(api.entries.filter(({ message }) => message === inTheWay)).toHaveLength(1);
    await new Promise((resolve) => other.close(resolve));
    await eventually(
      () => announced()?.port,
      'it has the port',
      (taken) => taken === port,
    );
    expect(await (await fetch(`http://127.0.0.1:${port}/healthz`)).json()).toMatchObject({ status: 'alive' });
  });
});
