import type { IncomingHttpHeaders } from 'node:http';
import { isIP } from 'node:net';

/** Why a request is not carried out. */
export interface Refusal {
  readonly status: number;
  /** For programs: `no-token`. */
  readonly code: string;
  readonly message: string;
}

const refusal = (status: number, code: string, message: string): Refusal => ({ status, code, message });

export const NO_TOKEN = refusal(401, 'no-token', 'this needs the header Authorization: Bearer <token>');
export const WRONG_TOKEN = refusal(401, 'wrong-token', 'the token is not one of this Hedgehog');
export const READ_ONLY = refusal(403, 'read-only-token', 'the read-only token changes nothing');
const WRONG_HOST = refusal(403, 'wrong-host', 'the header Host does not name this machine');
const FROM_A_PAGE = refusal(403, 'from-a-page', 'web pages have no business here');

/**
 * Refuses what a web page could have sent, be it one that has made its own name lead to this machine. Commands and programs
 * name the machine by its address, and send no Origin.
 *
 * @param host where the API listens; an address that is not of this machine alone is reached under all its addresses
 */
export function refusalOf(headers: IncomingHttpHeaders, host: string): Refusal | null {
  const name = hostName(headers.host ?? '');
  const isLocal = name === 'localhost' || name === '127.0.0.1' || name === '::1';
  const isOpen = host !== 'localhost' && host !== '127.0.0.1' && host !== '::1';
  if (!isLocal && !(isOpen && (isIP(name) !== 0 || name === host.toLowerCase()))) return WRONG_HOST;
  const site = headers['sec-fetch-site'];
  if (headers.origin !== undefined || (site !== undefined && site !== 'none')) return FROM_A_PAGE;
  return null;
}

/** The name in `name:port` or `[address]:port`, in lower case; empty when it is neither. */
function hostName(header: string): string {
  const [, bracketed, plain] = /^(?:\[([\da-f:.]+)\]|([\w.-]+))(?::\d{1,5})?$/i.exec(header) ?? [];
  return (bracketed ?? plain ?? '').toLowerCase();
}
