import { resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { readLogConfig, usualLogFolder } from '../../src/app/log-config.js';
import { InputError } from '../../src/platform/input-error.js';
import { everyPartAt } from '../../src/platform/logging/log-levels.js';

const MB = 2 ** 20;

describe('readLogConfig', () => {
  it('is at info, with fourteen files of 20 MB in the usual folder, unless told otherwise', () => {
    const usual = { levels: everyPartAt('info'), files: { folder: null, maxBytes: 20 * MB, maxFiles: 14 } };
    expect(readLogConfig({})).toEqual(usual);
    expect(
      readLogConfig({
        ...{
          HEDGEHOG_LOG_LEVEL: '',
          HEDGEHOG_LOG_DIR: '',
          HEDGEHOG_LOG_MAX_SIZE: '',
          HEDGEHOG_LOG_MAX_FILES: '',
        },
      }),
    ).toEqual(usual);
  });

  it('takes levels by part, a folder, a size and a number', () => {
    expect(
      readLogConfig({
        HEDGEHOG_LOG_LEVEL: 'warn,trading=debug',
        HEDGEHOG_LOG_DIR: 'here',
        HEDGEHOG_LOG_MAX_SIZE: '512k',
        HEDGEHOG_LOG_MAX_FILES: '3',
      }),
    ).toEqual({
      levels: { ...everyPartAt('warn'), trading: 'debug' },
      files: { folder: resolve('here'), maxBytes: MB / 2, maxFiles: 3 },
    });
  });

  it('keeps no files when they are off', () => {
    expect(readLogConfig({ HEDGEHOG_LOG_DIR: 'off' }).files).toBeNull();
  });

  it.each(['0k', '11g', '20', '20 m', 'm', '99999k', '-1k'])('refuses the size %s', (size) => {
    expect(() => readLogConfig({ HEDGEHOG_LOG_MAX_SIZE: size })).toThrow(
      `HEDGEHOG_LOG_MAX_SIZE is "${size}"; allowed is a size from 1k to 10g, such as 500k, 20m or 1g`,
    );
  });

  it.each(['0', '1001', '1.5', 'all', '-1'])('refuses the number %s', (number) => {
    expect(() => readLogConfig({ HEDGEHOG_LOG_MAX_FILES: number })).toThrow(
      `HEDGEHOG_LOG_MAX_FILES is "${number}"; allowed is a whole number from 1 to 1000`,
    );
  });

  it('says all that is wrong', () => {
    const read = () =>
      readLogConfig({
        ...{ HEDGEHOG_LOG_LEVEL: 'loud', HEDGEHOG_LOG_MAX_SIZE: 'x', HEDGEHOG_LOG_MAX_FILES: 'y' },
      });
    expect(read).toThrow(InputError);
    expect(read).toThrow(
      /LOG_LEVEL is "loud".*\n {2}HEDGEHOG_LOG_MAX_SIZE is "x".*\n {2}HEDGEHOG_LOG_MAX_FILES is "y"/,
    );
  });
});

describe('the usual folder', () => {
  it.each([
    { environment: {}, want: '.hedgehog/logs/hedgehog_development' },
    {
      environment: { HEDGEHOG_DATA_DIR: '/d', HEDGEHOG_DATABASE: 'demo', HEDGEHOG_ENV: 'test' },
      want: '/d/logs/demo',
    },
    { environment: { DATABASE_URL: 'postgres://u:p@h/..%2Fup' }, want: '.hedgehog/logs/___up-5656daac64' },
  ])('for $environment is $want', ({ environment, want }) => {
    expect(usualLogFolder(environment)).toBe(resolve(want));
  });
});
