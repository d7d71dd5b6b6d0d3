import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { startTestPlatform } from './test-platform.ts';

const SEEN = `
import { readFileSync } from 'node:fs';
import { uptime } from 'node:os';
export const handler = async () => ({ uptime: uptime(), host: process.env.SANDSCOPE_HOST_ID ?? null,
  bootId: readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim(), pid: process.pid });`;

interface Seen {
  uptime: number;
  host: string | null;
  bootId: string;
  pid: number;
}

const unshare = spawnSync('unshare', ['--mount', '--time', '--boottime', '1', '--fork', 'true'], {
  encoding: 'utf8',
});
const refusal = unshare.status === 0 ? undefined : (unshare.error?.message ?? unshare.stderr.trim());
if (refusal !== undefined) console.warn(`SKIPPED: hosts in namespaces are not tested here: ${refusal}`);

const machine = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();

describe.skipIf(refusal !== undefined)('hosts in namespaces', () => {
  it('give all sandboxes of a host the same boot id and boot time', async () => {
    const names = ['a', 'b', 'c', 'd'];
    const platform = await startTestPlatform(Object.fromEntries(names.map((name) => [name, SEEN])), {
      hosts: 2,
      hostMode: 'namespaces',
    });
    expect(platform.hosts).toEqual({ count: 2, mode: 'namespaces' });
    const seen: Seen[] = [];
    for (const name of names) seen.push((await platform.call(name)).body as Seen);
    const reported = new Map(
      (await platform.events()).flatMap((event) =>
        event.event === 'host' ? [[event.host, event.bootId] as const] : [],
      ),
    );
    const status = platform.status();
    for (const { pid, bootId, host } of seen) {
      // The started process itself runs the function, without a process in between.
      const { host: placed } = status.find((one) => one.pid === pid)!;
      expect(bootId).toBe(reported.get(placed));
      expect(host).toBeNull();
    }
    expect(new Set(seen.map(({ bootId }) => bootId)).size).toBe(2);
    expect(seen.map(({ bootId }) => bootId)).not.toContain(machine);
    const apart = Math.abs(seen[0]!.uptime - seen[1]!.uptime);
    expect(apart).toBeGreaterThan(1000);
    expect(Math.abs(seen[0]!.uptime - seen[2]!.uptime)).toBeLessThan(60);
  });
});

describe('declared hosts', () => {
  it('are declared in the sandboxes’ environment', async () => {
    const platform = await startTestPlatform({ a: SEEN, b: SEEN }, { hosts: 2, hostMode: 'declared' });
    expect(platform.hosts).toEqual({ count: 2, mode: 'declared' });
    expect((await platform.call('a')).body).toMatchObject({ host: 'host-1', bootId: machine });
    expect((await platform.call('b')).body).toMatchObject({ host: 'host-2', bootId: machine });
    expect(platform.truth().total).toMatchObject({ hosts: 2, hops: 0 });
  });
});
