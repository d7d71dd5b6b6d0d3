/** A collector that starts under difficult conditions: its port is open, but it may not be ready. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect } from 'vitest';
import { startChild, type Child } from '../../examples/demo/child.ts';
import type { CollectorStatus } from '../../collector/src/schema/collector-status.ts';
import { getJson, temporaryFolder, until } from '../support/stack.ts';
import { invocations } from './load.ts';
import { readStored } from './stored.ts';

const MAIN = fileURLToPath(new URL('../../collector/src/main.ts', import.meta.url));
/** Time for several starts; a busy machine takes many times as long for each. */
export const TIMEOUT_MILLIS = 600_000;

export interface HardStart {
  readonly folder: string;
  readonly dataDir: string;
  /** The collector that was started last. */
  readonly child: Child | undefined;
  /** Mount point of a file system to remove after the test. */
  mounted: string | undefined;
  /** Starts a collector on the data directory, and returns its URL. */
  start(environment?: Record<string, string>): Promise<string>;
  /** Stops the collector; spans with these ids must be in its store. */
  isStored(ids: readonly string[]): Promise<void>;
}

/** A data directory for each test of the calling file. */
export function hardStarts(): () => HardStart {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let child: Child | undefined;
  let test: HardStart;
  beforeEach(async () => {
    folder = await temporaryFolder();
    const dataDir = join(folder.path, 'collector');
    test = {
      folder: folder.path,
      dataDir,
      mounted: undefined,
      get child() {
        return child;
      },
      async start(environment = {}) {
        child = startChild({
          name: 'the collector',
          file: MAIN,
          args: ['up', '--port', '0', '--data', dataDir, '--inbox-min-free-bytes', '1'],
          isReady: (line) => line.startsWith('sandscope: http'),
          logFile: join(folder.path, 'collector.log'),
          environment,
        });
        return /http:\/\/[^\s/]+/.exec(await child.ready)![0];
      },
      async isStored(ids) {
        await child?.stop();
        const { spans } = await readStored(dataDir);
        expect(ids.filter((id) => !spans.has(id))).toEqual([]);
      },
    };
  });
  afterEach(async () => {
    await child?.stop();
    child = undefined;
    if (test.mounted !== undefined) execFileSync('umount', ['--lazy', test.mounted]);
    await folder.remove();
  });
  return () => test;
}

/** Sends ten spans, and returns their ids. @throws if they are not acknowledged */
export async function send(url: string): Promise<string[]> {
  const { body, spanIds } = invocations(10);
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(`${url}/v1/traces`, { method: 'POST', headers, body });
  if (response.status !== 200) throw new Error(`${response.status}: ${await response.text()}`);
  return spanIds;
}

export const statusOf = (url: string): Promise<CollectorStatus> => getJson(`${url}/api/v1/status`);

/** Resolves when everything acknowledged is stored. */
export async function settled(url: string): Promise<void> {
  const good = ({ ready, inbox }: CollectorStatus): boolean => ready && inbox.pendingRequests === 0;
  await until('everything is stored', () => statusOf(url), good);
}
