/** A checkout of an earlier version beside this one, from the project's own history. */
import { execFileSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The last version before invocations were postponed, goodbyes withdrawn and a handler's own I/O recorded. */
export const EARLIER = 'f9c324992229a29234475dc2f212a7174d430d6b';

function git(...args: readonly string[]): Buffer {
  return execFileSync('git', ['-C', root, ...args], {
    maxBuffer: 1 << 28,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}

/** Whether this checkout has its history; a clone with `--depth` has not. */
export function hasHistory(commit: string): boolean {
  try {
    git('cat-file', '-e', `${commit}^{commit}`);
    return true;
  } catch {
    return false;
  }
}

export interface EarlierVersion extends AsyncDisposable {
  readonly path: string;
}

/** Checks out the earlier version with the dependencies of this one, which include all of its own. */
export async function checkOut(commit: string): Promise<EarlierVersion> {
  const path = await mkdtemp(join(tmpdir(), 'sandscope-earlier-'));
  execFileSync('tar', ['-x', '-C', path], {
    input: git('archive', commit, '.ci', 'probes', 'sdk', 'collector', 'package.json', 'LICENSE'),
  });
  const modules = join(root, 'node_modules');
  const own = join(path, 'node_modules');
  await mkdir(own);
  for (const name of await readdir(modules)) {
    if (!name.startsWith('.') && name !== '@sandscope') await symlink(join(modules, name), join(own, name));
  }
  // Its workspaces are linked by relative paths, so the copied links lead to the earlier workspaces.
  await cp(join(modules, '@sandscope'), join(own, '@sandscope'), {
    recursive: true,
    verbatimSymlinks: true,
  });
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}
