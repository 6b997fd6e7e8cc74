import type { z } from 'zod';
import type * as shapes from '../../control/schemas.js';
import { hedgehogToAsk } from './running-hedgehog.js';
import { say } from './say.js';

type Why = z.output<typeof shapes.whyIdle>;

export async function why(symbol: string | undefined, asJson: boolean): Promise<void> {
  const { symbols } = await hedgehogToAsk('read').get<{ symbols: Why[] }>('/v1/why', { symbol });
  if (asJson) return say(JSON.stringify(symbols));
  if (symbols.length === 0) return say('nothing is traded; hedgehog trading start SYMBOL starts it');
  for (const one of symbols) say(shown(one));
}

function shown({ symbol, reason, secondsSinceEvent, hint }: Why): string {
  const last = secondsSinceEvent === null ? '' : ` (last event ${ago(secondsSinceEvent)} ago)`;
  return `${symbol}: ${reason}${last}${hint === null ? '' : `\n  try: ${hint}`}`;
}

const ago = (seconds: number): string => (seconds < 120 ? `${seconds} s` : `${Math.floor(seconds / 60)} min`);
