import { describe, expect, it } from '@jest/globals';
import { refusalOf } from '../../src/control/guard.js';

const codeOf = (host: string, where: string): string | undefined => refusalOf({ host }, where)?.code;

describe('the header Host', () => {
  it.each(['127.0.0.1', '127.0.0.1:7749', 'localhost', 'LOCALHOST:1', '[::1]:7749'])('may be %s', (host) => {
    for (const where of ['127.0.0.1', 'localhost', '::1', '0.0.0.0'])
      expect(codeOf(host, where)).toBeUndefined();
  });

  it.each([
    ['', '127.0.0.1'],
    ['127.0.0.1:7749:1', '127.0.0.1'],
    ['localhost.example', '127.0.0.1'],
    ['127.0.0.1@example', '127.0.0.1'],
    ['10.0.0.7', '127.0.0.1'],
    // Open to other machines: by address or the name that was given, and by no name that a page could lead here.
    ['box.example', '0.0.0.0'],
    ['other.example', 'box.example'],
  ])('may not be %j where %s is listened on', (host, where) => {
    expect(codeOf(host, where)).toBe('wrong-host');
  });

  it('may be an address of an API that is open to other machines, and the name that it was given', () => {
    expect([codeOf('10.0.0.7:7749', '0.0.0.0'), codeOf('Box.example', 'box.example')]).toEqual([
      undefined,
      undefined,
    ]);
  });
});
