import { readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/** The account that the server runs as, when it is not that of this process. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

export const isRoot = (): boolean => process.getuid?.() === 0;

/**
 * The account to run a server as whose data is, or will be, at the path. PostgreSQL refuses to run as root, so root hands it
 * to whom the data belongs, or else to `nobody`. Undefined for everybody else, who runs it himself.
 */
export function accountFor(data: string): Account | undefined {
  if (!isRoot()) return undefined;
  const owner = statSync(data, { throwIfNoEntry: false });
  return owner === undefined || owner.uid === 0 ? nobody() : { uid: owner.uid, gid: owner.gid };
}

function nobody(): Account {
  try {
    const line = readFileSync('/etc/passwd', 'utf8')
      .split('\n')
      .find((entry) => entry.startsWith('nobody:'));
    const [, , uid, gid] = (line ?? '').split(':');
    return { uid: Number(uid || 65_534), gid: Number(gid || 65_534) };
  } catch {
    return { uid: 65_534, gid: 65_534 };
  }
}

/** Whether the account may pass through every folder that the path leads through. The path has no symbolic links in it. */
export function canReach(path: string, { uid, gid }: Account): boolean {
  const stat = statSync(path, { throwIfNoEntry: false });
  const parent = dirname(path);
  const isReachable = parent === path || canReach(parent, { uid, gid });
  if (stat === undefined || !isReachable) return isReachable;
  const allowed = stat.uid === uid ? 0o100 : stat.gid === gid ? 0o010 : 0o001;
  return (stat.mode & allowed) !== 0;
}
