import type { Environment } from '../../warehouse/connection.js';

/** What the command was told beside its arguments: by the environment. */
export const configured = (): Environment => process.env;
