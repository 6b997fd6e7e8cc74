import { codeOf, messageOf } from '../platform/error-facts.js';

// SQLSTATE 22: the values cannot be what they say; 23: they break a rule of the table.
const DATA_STATE = /^2[23]...$/;

/** Whether the database refused the values themselves, so that they would be refused again. */
export const isDataError = (error: unknown): boolean => DATA_STATE.test(codeOf(error));

const MAX_TEXT = 200;

/** An error in one line, for logs and the inspector: no passwords, such as in a connection URL, and not long. */
export function describeDatabaseError(error: unknown): string {
  const text = messageOf(error)
    .replaceAll(/\b(\w+:\/\/)[^@\s/]*@/g, '$1')
    .replaceAll(/\b(password\s*[=:]\s*)\S+/gi, '$1***')
    .replaceAll(/\s+/g, ' ');
  return [codeOf(error), text].filter(Boolean).join(': ').slice(0, MAX_TEXT);
}
