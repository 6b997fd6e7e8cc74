import type { Kysely } from 'kysely';
import type { Tables } from './schema.js';

/** The id that a symbol has; given one when it is new. */
export async function symbolIdOf(db: Kysely<Tables>, symbol: string): Promise<number> {
  // Looked up first: an insert that finds the symbol there would use up an id each time.
  const find = () => db.selectFrom('symbols').select('id').where('symbol', '=', symbol).executeTakeFirst();
  const known = await find();
  if (known !== undefined) return known.id;
  const added = await db
    .insertInto('symbols')
    .values({ symbol })
    .onConflict((conflict) => conflict.column('symbol').doNothing())
    .returning('id')
    .executeTakeFirst();
  // Somebody else was quicker.
  const id = added ?? (await find());
  if (id === undefined) throw new Error(`the symbol ${symbol} was deleted while it was looked up`);
  return id.id;
}

/** Symbol ids of one database, each asked for once. */
export class SymbolIds {
  private readonly known = new Map<string, number>();

  constructor(private readonly db: Kysely<Tables>) {}

  async idOf(symbol: string): Promise<number> {
    const known = this.known.get(symbol);
    if (known !== undefined) return known;
    const id = await symbolIdOf(this.db, symbol);
    this.known.set(symbol, id);
    return id;
  }
}
