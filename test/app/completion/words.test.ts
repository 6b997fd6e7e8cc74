import { describe, expect, it } from '@jest/globals';
import { Command } from 'commander';
import { commandAt, takesFile } from '../../../src/app/completion/words.js';

const program = new Command('hedgehog');
const streaming = program.command('streaming');
streaming.command('start').argument('<symbols...>');
program
  .command('backtest')
  .option('-t, --tape <file>', 'a tape')
  .option('--symbol <symbol>', 'a symbol')
  .option('--json', 'as JSON');
program
  .command('import')
  .argument('<file...>')
  .option('--symbol <symbol>', 'a symbol')
  .option('--sort', 'sorted');

describe('words that are typed', () => {
  it.each([
    [[''], 'hedgehog'],
    [['streaming'], 'hedgehog'],
    [['streaming', ''], 'streaming'],
    [['streaming', 'start', 'XRP'], 'start'],
    [['streaming', 'nothing', ''], 'streaming'],
    [['backtest', '--json', ''], 'backtest'],
  ])('%j lead to %s', (words, name) => {
    expect(commandAt(program, words).name()).toBe(name);
  });

  it.each([
    [['backtest', '--tape', ''], true],
    [['backtest', '-t', 'x'], true],
    [['backtest', '--tape=x'], true],
    [['backtest', '--tape'], false],
    [['backtest', '--symbol', ''], false],
    [['backtest', '--symbol=X'], false],
    [['backtest', ''], false],
    [['backtest', '--nothing', ''], false],
    [['import', ''], true],
    [['import', 'a.csv', 'b'], true],
    [['import', '--sort', ''], true],
    [['import', '--so'], false],
    [['import', '--symbol', ''], false],
    [['streaming', 'start', ''], false],
    [[''], false],
  ])('%j are about a file: %p', (words, want) => {
    expect(takesFile(program, words)).toBe(want);
  });
});
