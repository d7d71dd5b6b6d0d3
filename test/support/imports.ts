/** Shared by tests of `sandscope import`: the recorded files, and the imported data. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { getJson, until, type Collector } from './stack.ts';

/** A file of the repository. */
export const source = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
/** A recorded file. */
export const fixture = (path: string): string => source(`test/fixtures/import/${path}`);

export interface Summary {
  readonly invocations: number;
  readonly cold: number;
  readonly sandboxes: number;
  readonly errors: number;
  readonly function: string;
}

/** The subjects of the recorded files. */
export const RANGE = 'from=2025-05-01T00:00:00Z&to=2025-06-02T00:00:00Z';

/** The functions that a collector knows, once it has that many invocations. */
export async function functionsOf({ url }: Collector, expected: number): Promise<readonly Summary[]> {
  const { functions } = await until(
    'the import can be queried',
    () => getJson<{ functions: Summary[] }>(`${url}/api/v1/functions?${RANGE}`),
    (answer) => answer.functions.reduce((sum, { invocations }) => sum + invocations, 0) >= expected,
  );
  return functions;
}

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `sandscope` as a user does. */
export async function sandscope(cwd: string, ...args: string[]): Promise<Ran> {
  return sandscopeWith({}, cwd, ...args);
}

/** @param environment variables in addition to those of this process */
export async function sandscopeWith(
  environment: Readonly<Record<string, string>>,
  cwd: string,
  ...args: string[]
): Promise<Ran> {
  try {
    const file = process.execPath;
    const { stdout, stderr } = await promisify(execFile)(file, [source('collector/src/main.ts'), ...args], {
      cwd,
      env: { ...process.env, ...environment },
    });
    return { code: 0, stdout, stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, stdout, stderr };
  }
}

/** The log of a platform that takes the most recently used sandbox and ends one that is idle for five minutes. */
export function madeLog(): { lines: string[]; invocations: number; cold: number } {
  const IDLE_LIMIT_MS = 300_000;
  const lines: string[] = [];
  const sandboxes: { stream: string; freeMs: number }[] = [];
  let timeMs = Date.UTC(2025, 4, 20);
  let invocations = 0;
  const invoke = (startMs: number): void => {
    const warm = sandboxes
      .filter(({ freeMs }) => freeMs < startMs && startMs - freeMs < IDLE_LIMIT_MS)
      .sort((a, b) => b.freeMs - a.freeMs)[0];
    const stream = warm?.stream ?? `2025/05/20/[$LATEST]${String(sandboxes.length).padStart(32, '0')}`;
    const sandbox = warm ?? { stream, freeMs: 0 };
    if (warm === undefined) sandboxes.push(sandbox);
    const requestId = `${String(invocations++).padStart(8, '0')}-aaaa-4bbb-8ccc-dddddddddddd`;
    const durationMs = 1500;
    const beganMs = warm === undefined ? startMs + 200 : startMs;
    sandbox.freeMs = beganMs + durationMs;
    const line = (timestamp: number, message: string): void =>
      void lines.push(JSON.stringify({ logStreamName: stream, timestamp, message }));
    if (warm === undefined) line(startMs, 'INIT_START Runtime Version: nodejs:22.v31\n');
    line(beganMs, `START RequestId: ${requestId} Version: $LATEST\n`);
    line(
      sandbox.freeMs,
      `REPORT RequestId: ${requestId}\tDuration: ${durationMs}.00 ms\tBilled Duration: ${durationMs} ms\t` +
        `Memory Size: 128 MB\tMax Memory Used: 60 MB\t${warm === undefined ? 'Init Duration: 200.00 ms\t' : ''}\n`,
    );
  };
  // Overlapping pairs keep two sandboxes busy, single ones choose between them; at times there is a long pause.
  for (let round = 0; round < 400; round++) {
    invoke(timeMs);
    if (round % 2 === 0) invoke(timeMs + 700);
    timeMs += round % 20 === 19 ? 2 * IDLE_LIMIT_MS : 5_000 + (round % 7) * 1_000;
  }
  return { lines, invocations, cold: sandboxes.length };
}
