import { createHash } from 'node:crypto';
import { z } from 'zod';
import { ArchiveDamaged } from './members.js';

/** What says that an archive is a backup, and what is in it. It is its last member. */
export const MANIFEST = 'manifest.json';
/** Of the archive. Goes up when it is written in a way that is read differently. */
export const FORMAT = 1;

const NAME = /^[a-z_][a-z0-9_]*$/;
const name = z.string().regex(NAME);

const member = z.object({
  path: z.string(),
  bytes: z.int().nonnegative(),
  /** Hex digits. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});

const table = z.object({
  name,
  columns: z.array(name).min(1),
  rows: z.int().nonnegative(),
  /** The column that is numbered by the database, and the number that it gives next. */
  identity: z.object({ column: name, next: z.string().regex(/^[1-9]\d*$/) }).nullable(),
  /** Together, in this order, they are what COPY gave: text, a line for each row. */
  members: z.array(member),
});

const manifest = z.object({
  format: z.literal(FORMAT),
  /** The version of the Hedgehog that wrote it. */
  hedgehog: z.string(),
  takenAt: z.iso.datetime(),
  database: z.string(),
  /** Whose orders and trades are in it; null when it was never started on one. */
  exchange: z.string().nullable(),
  /** Of PostgreSQL. */
  server: z.string(),
  migrations: z.array(z.string()).min(1),
  /** In an order in which each comes after those that it refers to. */
  tables: z.array(table),
});

export type Manifest = z.infer<typeof manifest>;
export type BackedUpTable = Manifest['tables'][number];
export type BackedUpMember = z.infer<typeof member>;

/** What a manifest says of a member. */
export const described = (path: string, content: Buffer): BackedUpMember => ({
  path,
  bytes: content.length,
  sha256: createHash('sha256').update(content).digest('hex'),
});

export const isSameMember = (a: BackedUpMember | undefined, b: BackedUpMember | undefined): boolean =>
  a !== undefined && b !== undefined && a.path === b.path && a.bytes === b.bytes && a.sha256 === b.sha256;

/** @throws ArchiveDamaged when it is no manifest, or that of another format */
export function parseManifest(text: string): Manifest {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new ArchiveDamaged(`its ${MANIFEST} is not JSON`, { cause: error });
  }
  const format = z.object({ format: z.unknown() }).safeParse(json).data?.format;
  if (format !== undefined && format !== FORMAT)
    throw new ArchiveDamaged(
      `it has the format ${JSON.stringify(format)}; this Hedgehog reads format ${FORMAT}`,
    );
  const parsed = manifest.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new ArchiveDamaged(`its ${MANIFEST} has no good ${issue?.path.join('.') || 'content'}`);
}
