/**
 * `npm run bench:query`: how long the queries of the API take as the store grows.
 *
 *     node collector/bench/query/main.ts [--json] [--markdown FILE] [--sizes 1000000,3000000,10000000] [--runs 5]
 *                                        [--sandboxes 20000] [--only TEXT] [--data DIR]
 *
 * A day of invocations, with as many spans, is created in a fresh store, and more calls of the same sandboxes are added
 * for each larger size. Each time its hours are sealed as the collector does, and every query is sent over HTTP to a
 * collector in its own process (`--only` selects those whose name contains the text). Results go to stderr as soon as
 * they are known. The store is created in a temporary folder that is removed, or in DIR, which has to be empty or
 * missing, and is kept for inspection with `sandscope up --data DIR`.
 *
 * Exit code 0 if everything was measured; a missed target is a result, not a failure. 2 for invalid arguments.
 */
import { existsSync, readdirSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { markdownTable, updateSection } from '../../../.ci/generated-section.ts';
import { runBench } from '../run-bench.ts';
import type { Fleet } from './generate.ts';
import { measureStore, type StoreResult } from './measure.ts';

interface Options {
  readonly sizes: readonly number[];
  readonly runs: number;
  readonly sandboxes: number;
  readonly only: string;
  /** Folder of the store, which is kept. Default a temporary one. */
  readonly data: string | undefined;
  readonly json: boolean;
  readonly markdown: string | undefined;
}

function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      json: { type: 'boolean', default: false },
      markdown: { type: 'string' },
      sizes: { type: 'string', default: '1000000,3000000,10000000' },
      runs: { type: 'string', default: '5' },
      sandboxes: { type: 'string', default: '20000' },
      only: { type: 'string', default: '' },
      data: { type: 'string' },
    },
  });
  const count = (name: string, text: string): number => {
    const value = Number(text);
    if (Number.isInteger(value) && value > 0) return value;
    throw new RangeError(`--${name} takes whole numbers above 0, not "${text}"`);
  };
  return {
    sizes: values.sizes.split(',').map((size) => count('sizes', size)),
    runs: count('runs', values.runs),
    sandboxes: count('sandboxes', values.sandboxes),
    only: values.only,
    data: values.data === undefined ? undefined : emptyFolder(values.data),
    json: values.json,
    markdown: values.markdown,
  };
}

/** @throws {RangeError} if it is not empty: another store would be measured too */
function emptyFolder(path: string): string {
  if (path === '') throw new RangeError('--data takes a folder');
  const folder = resolve(path);
  if (existsSync(folder) && readdirSync(folder).length > 0)
    throw new RangeError(`--data takes an empty folder, ${folder} is not`);
  return folder;
}

const millis = (ms: number): string => (ms < 10 ? ms.toFixed(1) : ms.toFixed(0));

function questionTable(results: readonly StoreResult[]): string {
  const head = [
    'Question, ms: p50 (slowest, first)',
    ...results.map(({ invocations }) => `${invocations / 1e6} million`),
  ];
  const rows = (results[0]?.questions ?? []).map(({ name }, at) => {
    const cells = results.map(({ questions }) => {
      const { p50Ms = NaN, maxMs = NaN, firstMs = NaN, failure } = questions[at] ?? {};
      if (failure !== undefined) return `refused after ${millis(firstMs)}: ${failure}`;
      return `${millis(p50Ms)} (${millis(maxMs)}, ${millis(firstMs)})`;
    });
    return [name].concat(cells);
  });
  return markdownTable([head, ...rows]);
}

function storeTable(results: readonly StoreResult[]): string {
  const line = (name: string, value: (result: StoreResult) => string): string[] => [
    name,
    ...results.map(value),
  ];
  return markdownTable([
    ['Store', ...results.map(({ invocations }) => `${invocations / 1e6} million`)],
    line('sandboxes', ({ sandboxes }) => String(sandboxes)),
    line('bytes on disk an invocation', ({ bytesPerInvocation }) => bytesPerInvocation.toFixed(1)),
    line('spans', ({ spans }) => String(spans)),
    line('bytes on disk a span', ({ bytesPerSpan }) => bytesPerSpan.toFixed(1)),
    line('bytes of rollups an invocation', ({ rollupBytesPerInvocation }) =>
      rollupBytesPerInvocation.toFixed(1),
    ),
    line('made in, s', ({ loadSeconds }) => loadSeconds.toFixed(0)),
    line('sealed in, s', ({ sealSeconds }) => sealSeconds.toFixed(0)),
    line('ready again after kill -9, s', ({ restartSeconds }) => restartSeconds.toFixed(2)),
    line('longest wait of the server’s event loop, ms', ({ loopMaxMs }) => loopMaxMs.toFixed(0)),
  ]);
}

function toMarkdown(results: readonly StoreResult[], options: Options, command: string): string {
  const [cpu] = cpus();
  return [
    '## What a question costs',
    `Generated by \`${command}\` on ${new Date().toISOString().slice(0, 10)}: ${cpu?.model.trim() ?? 'unknown CPU'}, ${cpus().length} CPUs, Node.js ${process.version}.`,
    `A day of invocations of 200 functions in ${options.sandboxes} sandboxes on 100 hosts; from left to right the sandboxes stay and are called more often. Half of the functions have their spans stored too, about one span for each invocation: half are the invocations’ own with the attributes that the SDK writes, the others are calls they make and spans of 20 services before and 20 behind them. Every question over HTTP, ${options.runs} times after a first one that is shown by itself (it makes what the server then keeps: sealed buckets, and of a busy range the view that answers who asks again), one at a time, client and server on the same machine, nothing else received meanwhile. Targets at 10 million: each question over 24 h ≤ 1000 ms, the overview (\`functions\`) ≤ 200 ms, ≤ 100 bytes an invocation, ready again within 3 s.`,
    questionTable(results),
    storeTable(results),
  ].join('\n\n');
}

await runBench('bench:query', readOptions, async (options, command) => {
  const results: StoreResult[] = [];
  let isWhole = true;
  const dataDir = options.data ?? (await mkdtemp(join(tmpdir(), 'sandscope-bench-')));
  await mkdir(dataDir, { recursive: true });
  const endMs = Date.now();
  try {
    let made = 0;
    for (const invocations of options.sizes.toSorted((a, b) => a - b)) {
      const fleet: Fleet = {
        database: 'sandscope',
        invocations,
        made,
        sandboxes: options.sandboxes,
        functions: 200,
        hosts: 100,
        endMs,
        spanMs: 86_400_000,
      };
      results.push(await measureStore(dataDir, fleet, options, (line) => console.error(line)));
      made = invocations;
    }
  } catch (error) {
    if (results.length === 0) throw error;
    console.error(error);
    isWhole = false;
  } finally {
    if (options.data === undefined) await rm(dataDir, { recursive: true, force: true });
  }
  const markdown = toMarkdown(results, options, command);
  if (options.markdown !== undefined) await updateSection(options.markdown, 'query', markdown);
  console.log(options.json ? JSON.stringify(results, null, 2) : markdown);
  return isWhole ? 0 : 1;
});
