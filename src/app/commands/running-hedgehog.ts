import { type ControlClient, runningHedgehog } from '../../control/client.js';
import { controlPlaces } from '../../control/control-places.js';
import type { Access } from '../../control/tokens.js';
import { VERSION } from '../project-files.js';
import { configured } from './configured.js';

/** The Hedgehog that runs on the database that the environment names. Throws InputError when none does. */
export const hedgehogToAsk = (access: Access): ControlClient =>
  runningHedgehog(controlPlaces(configured()), VERSION, access);
