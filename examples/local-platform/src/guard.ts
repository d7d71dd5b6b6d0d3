import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Writable } from 'node:stream';

// Holds the other end of a pipe: an end of file means that the platform has ended, for whatever reason.
const SCRIPT = `
groups=' '
while read -r sign id; do
  case $sign in
    +) groups="$groups$id " ;;
    -) case $groups in *" $id "*) groups="\${groups%% $id *} \${groups#* $id }" ;; esac ;;
  esac
done
for id in $groups; do kill -KILL "-$id"; done
rm -rf -- "$1"
tries=0
while [ -d "$2" ] && [ $tries -lt 100 ]; do
  rmdir "$2"/*/
  rmdir "$2" || sleep 0.05
  tries=$((tries + 1))
done
`;

/**
 * A shell that outlives the platform for a moment to kill remaining process groups and to remove the temporary folder,
 * even after a `kill -9` of the platform.
 */
export interface Guard {
  /** @param group id of a process group, which is the pid of the process that leads it */
  add(group: number): void;
  remove(group: number): void;
  /** Cleans up now. Resolves when done. */
  stop(): Promise<void>;
}

/**
 * @param folder removed at the end
 * @param cgroup folder of control groups, also removed at the end, once their processes have ended
 */
export function startGuard(folder: string, cgroup = ''): Guard {
  const child = spawn('/bin/sh', ['-c', SCRIPT, 'guard', folder, cgroup], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true, // Its own process group: Ctrl-C in the terminal must not end it first.
    cwd: '/',
  });
  const exited = once(child, 'exit');
  const input: Writable = child.stdin;
  input.on('error', () => {});
  return {
    add: (group) => input.write(`+ ${group}\n`),
    remove: (group) => input.write(`- ${group}\n`),
    async stop() {
      input.end();
      await exited;
    },
  };
}
