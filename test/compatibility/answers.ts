/** Queries for a data directory that an earlier commit wrote, and the parts of the answers that must never change. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { flat, traceIds, type Spans } from '../support/otlp-json.ts';
import { getJson, startCollectorWith, type Collector } from '../support/stack.ts';

/** Rows must not expire before the test is run. */
export const KEPT_FOR_EVER = ['traces', 'invocations', 'rollups'].flatMap((kind) => [
  `--retention-${kind}`,
  '40y',
]);

/** When the spans of a directory began: ms since the epoch, half-open, whole hours. */
export interface Period {
  readonly fromMs: number;
  readonly toMs: number;
}

interface FunctionAnswer {
  readonly function: string;
  readonly invocations: number;
  readonly cold: number;
  readonly sandboxes: number;
  readonly errors: number;
}

interface Timeline {
  readonly buckets: readonly { cold: number; warm: number; errors: number }[];
}

/** Facts recorded when the directory was created. */
export interface Answers {
  readonly functions: readonly FunctionAnswer[];
  readonly timeline: { readonly cold: number; readonly warm: number; readonly errors: number };
  readonly invocations: readonly object[];
  readonly traces: readonly unknown[];
  readonly services: readonly string[];
  readonly deadLetters: readonly object[];
}

export const TRACES_ASKED: readonly string[] = ['1', '2', '3'].map((digit) => digit.repeat(32));

const INVOCATION = ['traceId', 'spanId', 'startUnixNano', 'durationMs', 'sandboxId', 'cold'];

/** Starts a collector from the code at `root` on the directory, queries it, and stops it. */
export async function askDirectory(main: string, folder: string, period: Period): Promise<Answers> {
  const collector = await startCollectorWith(folder, 0, { args: KEPT_FOR_EVER, main });
  try {
    await collector.settled();
    return await ask(collector, main, join(folder, 'collector'), period);
  } finally {
    await collector.child.stop();
  }
}

async function ask(
  { url }: Collector,
  main: string,
  dataDir: string,
  { fromMs, toMs }: Period,
): Promise<Answers> {
  const range = `from=${new Date(fromMs).toISOString()}&to=${new Date(toMs).toISOString()}`;
  const { functions } = await getJson<{ functions: FunctionAnswer[] }>(`${url}/api/v1/functions?${range}`);
  const { buckets } = await getJson<Timeline>(`${url}/api/v1/timeline?${range}`);
  const { invocations } = await getJson<{ invocations: Record<string, unknown>[] }>(
    `${url}/api/v1/invocations?${range}&function=billing&limit=20`,
  );
  const traces = await Promise.all(TRACES_ASKED.map((id) => getJson<Spans>(`${url}/api/v1/traces/${id}`)));
  const { data } = await getJson<{ data: string[] }>(`${url}/api/services`);
  return {
    functions: functions
      .map((fn) => ({
        function: fn.function,
        invocations: fn.invocations,
        cold: fn.cold,
        sandboxes: fn.sandboxes,
        errors: fn.errors,
      }))
      .sort((a, b) => a.function.localeCompare(b.function)),
    timeline: {
      cold: sum(buckets.map(({ cold }) => cold)),
      warm: sum(buckets.map(({ warm }) => warm)),
      errors: sum(buckets.map(({ errors }) => errors)),
    },
    invocations: invocations.map((row) => Object.fromEntries(INVOCATION.map((name) => [name, row[name]]))),
    traces: traces.map((trace) => ({ ids: traceIds(trace), spans: flat(trace) })),
    services: [...data].sort(),
    deadLetters: deadLetters(main, dataDir),
  };
}

function deadLetters(main: string, dataDir: string): object[] {
  const args = [
    '--disable-warning=ExperimentalWarning',
    main,
    'dead-letters',
    'list',
    '--json',
    '--data',
    dataDir,
  ];
  const { stdout, stderr, status } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`dead-letters ended with ${status}: ${stderr}`);
  const lines = stdout.split('\n').filter((line) => line !== '');
  return lines.map((line) => {
    const { id, reason, bytes, spans } = JSON.parse(line) as Record<string, unknown>;
    return { id, reason, bytes, spans };
  });
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
