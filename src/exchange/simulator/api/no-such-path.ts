import type { NoSuchPath } from './api-types.js';

const page = (title: string): string =>
  `<html>\n<head><title>${title}</title></head>\n<body>\n<center><h1>${title}</h1></center>\n<hr><center>nginx</center>\n</body>\n</html>\n`;

/** Listen keys were switched off in February 2026; whoever still asks for one is told that they are gone. */
const GONE = /^(POST|PUT|DELETE) \/api\/v[13]\/userDataStream$/;

/** The answer for a path that is no endpoint, without any count: it never came as far as the exchange. */
export const goneOrUnknown = (endpoint: string): NoSuchPath =>
  GONE.test(endpoint)
    ? { kind: 'no-such-path', status: 410, html: page('410 Gone'), counts: [], retryAt: null }
    : { kind: 'no-such-path', status: 404, html: page('404 Not Found'), counts: [], retryAt: null };
