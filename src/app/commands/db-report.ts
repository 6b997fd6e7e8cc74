import Table from 'cli-table3';
import type { DbStatus, ServerStatus } from './db-status.js';

/** The status as a person reads it. */
export function statusText({ environment, database, server, content }: DbStatus): string {
  const lines: [string, string][] = [
    ['environment', environment],
    ['database', database],
    ...serverLines(server),
  ];
  if (content === null) {
    lines.push(['tables', 'the database is not made yet: hedgehog db setup makes it']);
    return twoColumns(lines);
  }
  const pending = content.migrations.filter(({ appliedAt }) => appliedAt === null);
  lines.push(
    ['PostgreSQL', content.serverVersion],
    ['size', size(content.sizeBytes)],
    ['migrations', `${content.migrations.length - pending.length} applied, ${pending.length} pending`],
  );
  for (const { name, appliedAt } of content.migrations)
    lines.push([`  ${name}`, appliedAt ?? 'pending: hedgehog db migrate']);
  return content.tables.length === 0
    ? twoColumns(lines)
    : `${twoColumns(lines)}\n${tableOfRows(content.tables)}`;
}

function serverLines(server: ServerStatus): [string, string][] {
  if (server.kind === 'url') return [['server', `DATABASE_URL, ${server.url}`]];
  const state =
    server.pid === null ? 'not running (it runs while somebody uses it)' : `running, process ${server.pid}`;
  return [
    ['server', `Hedgehog's own, ${state}`],
    ['data', server.data],
    ['socket', server.socket ?? 'none yet'],
    ['programs', `${server.binaries} (${server.version})`],
    ['log', server.log],
    ['users', server.users.length === 0 ? 'none' : `processes ${server.users.join(', ')}`],
  ];
}

function twoColumns(lines: readonly (readonly [string, string])[]): string {
  const width = Math.max(...lines.map(([name]) => name.length)) + 2;
  return lines.map(([name, value]) => `${name.padEnd(width)}${value}`).join('\n');
}

function tableOfRows(tables: readonly { name: string; rows: number; isEstimate: boolean }[]): string {
  const table = new Table({
    head: ['table', 'rows'],
    style: { head: [], border: [], compact: true },
    colAligns: ['left', 'right'],
  });
  for (const { name, rows, isEstimate } of tables) {
    table.push([name, `${isEstimate ? 'about ' : ''}${rows.toLocaleString('en-US')}`]);
  }
  return table.toString();
}

const size = (bytes: number): string =>
  bytes < 2 ** 30 ? `${(bytes / 2 ** 20).toFixed(1)} MiB` : `${(bytes / 2 ** 30).toFixed(2)} GiB`;
