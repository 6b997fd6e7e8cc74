import { describe, expect, it } from '@jest/globals';
import { readControlFrame } from '../../../../src/exchange/simulator/wire/control-frame.js';

const VARIANTS =
  'expected one of `SUBSCRIBE`, `UNSUBSCRIBE`, `LIST_SUBSCRIPTIONS`, `SET_PROPERTY`, `GET_PROPERTY`';

describe('readControlFrame', () => {
  it.each([
    {
      text: '{"method":"SUBSCRIBE","params":["a@trade"],"id":1}',
      want: { method: 'SUBSCRIBE', streams: ['a@trade'], id: 1 },
    },
    {
      text: '{"method":"UNSUBSCRIBE","params":[],"id":"x1"}',
      want: { method: 'UNSUBSCRIBE', streams: [], id: 'x1' },
    },
    { text: '{"method":"LIST_SUBSCRIPTIONS","id":null}', want: { method: 'LIST_SUBSCRIPTIONS', id: null } },
    {
      text: '{"method":"SET_PROPERTY","params":["combined",false],"id":-4}',
      want: { method: 'SET_PROPERTY', combined: false, id: -4 },
    },
    {
      text: '{"method":"GET_PROPERTY","params":["combined"],"id":5}',
      want: { method: 'GET_PROPERTY', id: 5 },
    },
  ])('understands $text', ({ text, want }) => {
    expect(readControlFrame(text)).toEqual(want);
  });

  it.each([
    { text: '{"method"', code: 3, message: 'Invalid JSON: expected value at line 1 column 1', id: null },
    { text: '[]', code: 2, message: 'Invalid request: expected an object', id: null },
    {
      text: '{"method":"SUBSCRIBE","params":["a@trade"]}',
      code: 2,
      message: 'Invalid request: request ID must be an unsigned integer',
      id: null,
    },
    {
      text: '{"method":"SUBSCRIBE","params":["a@trade"],"id":9007199254740993}',
      code: 2,
      message: 'Invalid request: request ID must be an unsigned integer',
      id: null,
    },
    {
      text: `{"method":"SUBSCRIBE","params":["a@trade"],"id":"${'x'.repeat(37)}"}`,
      code: 2,
      message: 'Invalid request: request ID must be an unsigned integer',
      id: null,
    },
    {
      text: '{"id":1}',
      code: 2,
      message: 'Invalid request: missing field `method` at line 1 column 8',
      id: 1,
    },
    {
      text: '{"method":"SUBSCRIB","id":1}',
      code: 2,
      message: `Invalid request: unknown variant \`SUBSCRIB\`, ${VARIANTS} at line 1 column 20`,
      id: 1,
    },
    {
      text: '{"method":"SUBSCRIBE","params":"a@trade","id":1}',
      code: 2,
      message: 'Invalid request: params must be a list of stream names',
      id: 1,
    },
    {
      text: '{"method":"LIST_SUBSCRIPTIONS","params":["a"],"id":1}',
      code: 2,
      message: 'Invalid request: too many parameters',
      id: 1,
    },
    {
      text: '{"method":"GET_PROPERTY","params":["combined",true],"id":1}',
      code: 2,
      message: 'Invalid request: too many parameters',
      id: 1,
    },
    {
      text: '{"method":"GET_PROPERTY","params":[],"id":1}',
      code: 2,
      message: 'Invalid request: property name must be a string',
      id: 1,
    },
    {
      text: '{"method":"SET_PROPERTY","params":["colour",1],"id":1}',
      code: 0,
      message: 'Unknown property',
      id: 1,
    },
    {
      text: '{"method":"SET_PROPERTY","params":["combined","yes"],"id":1}',
      code: 1,
      message: 'Invalid value type: expected Boolean',
      id: 1,
    },
  ])('refuses $text', ({ text, ...want }) => {
    expect(readControlFrame(text)).toEqual({ method: 'refused', ...want });
  });
});
