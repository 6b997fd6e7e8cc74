import { describe, expect, it } from '@jest/globals';
import { seedSettings } from '../../seeds/settings.js';
import { changeSymbolSettings } from '../../src/control/symbol-settings.js';
import { decimal } from '../../src/testing/index.js';
import { settingsRow } from '../../src/warehouse/settings-tables.js';
import { testDatabase } from '../support/database.js';

const X = 'XRPUSDT';
const db = testDatabase();

describe('a change of settings', () => {
  it('is told of as it was made when the look at the cycles loses its connection and is tried again', async () => {
    const { database } = db;
    await seedSettings(database.kysely, [X]);
    let lost = 0;
    const flaky = database.kysely.withPlugin({
      transformQuery({ node }) {
        if (lost === 0 && JSON.stringify(node).includes('"cycles"')) {
          lost++;
          throw Object.assign(new Error('gone'), { code: 'ECONNRESET' });
        }
        return node;
      },
      transformResult: async ({ result }) => result,
    });
    const changed = await database.withRetry(() =>
      changeSymbolSettings(flaky, X, (settings) => ({ ...settings, budget: decimal('250') }), false),
    );
    expect(lost).toBe(1);
    expect(changed.changes).toEqual([{ key: 'budget', from: '1000', to: '250' }]);
    expect((await settingsRow(database.kysely, X))?.settings.budget.toFixed()).toBe('250');
  });
});
