/** A collector that stores and answers stays below the memory limit that the deployments declare. */
import { readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { QUESTIONS } from '../../collector/src/correlate/questions/index.ts';
import { startSpanSender } from '../support/span-sender.ts';
import { startCollectorWith, temporaryFolder, until, type Collector } from '../support/stack.ts';
import { EXAMPLES } from './tools.ts';

const SPANS = 20_000;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let collector: Collector;
let compose: { mem_limit: string; environment: Record<string, string> };

/** A process and all its descendants. */
function treeOf(pid: number): number[] {
  const parents = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const [, parent] = /\) \w (\d+)/.exec(readFileSync(`/proc/${name}/stat`, 'utf8'))!;
        return [[Number(name), Number(parent)] as const];
      } catch {
        return []; // it has ended meanwhile
      }
    });
  const tree = [pid];
  // Children are appended while the list is being traversed.
  for (const parent of tree)
    tree.push(...parents.filter(([, own]) => own === parent).map(([child]) => child));
  return tree;
}

/** Maximum resident memory of a process at any time, in bytes. */
function peakBytes(pid: number): number {
  const [, kib] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))!;
  return Number(kib) * 1024;
}

beforeAll(async () => {
  folder = await temporaryFolder();
  const file = await readFile(join(EXAMPLES, 'one-machine/compose.yaml'), 'utf8');
  compose = (parse(file) as { services: { collector: typeof compose } }).services.collector;
  const { SANDSCOPE_ENGINE_MEMORY = '' } = compose.environment;
  collector = await startCollectorWith(folder.path, 0, { environment: { SANDSCOPE_ENGINE_MEMORY } });
}, 300_000);

afterAll(async () => {
  await collector.child.stop();
  await folder.remove();
}, 60_000);

test('the peaks of all its processes together stay below the limit of Compose', async () => {
  const sender = startSpanSender(() => collector.url, 'hello');
  await until(
    'the spans are sent',
    async () => sender.acknowledged.length,
    (sent) => sent >= SPANS,
  );
  await sender.stop();
  await collector.settled();
  const answers = await Promise.all(
    QUESTIONS.map(async ({ name }) => (await fetch(`${collector.url}/api/v1/${name}?from=-1d`)).status),
  );
  expect(answers).toContain(200);
  const peaks = treeOf(collector.child.process.pid!).map((pid) => peakBytes(pid));
  const sum = peaks.reduce((a, b) => a + b, 0);
  console.info(`peaks of ${peaks.length} processes: ${Math.round(sum / 1024 ** 2)} MiB in all`);
  expect(peaks.length).toBeGreaterThanOrEqual(3);
  expect(sum).toBeLessThan(Number.parseInt(compose.mem_limit, 10) * 1024 ** 3);
}, 600_000);
