/**
 * Sends the benchmark's data sets over OTLP, through a running collector and its engine, to the evidence that is read
 * back from the store. It must equal the evidence that the benchmark judges in process, to the last byte, and must be
 * judged the same.
 */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import * as semconv from '@sandscope/probes/semconv';
import { encodeEvidence, summarise } from '../../collector/src/correlate/evidence/index.ts';
import type { Goodbye, History, Use } from '../../collector/src/correlate/evidence/index.ts';
import { evidenceIn } from '../../collector/src/correlate/fates/evidence-rows.ts';
import { evidenceStart, loadEvidenceRanges } from '../../collector/src/correlate/fates/evidence-start.ts';
import { readEvidence } from '../../collector/src/correlate/fates/read-evidence.ts';
import { judge } from '../../collector/src/correlate/judge/index.ts';
import { groupBy } from '../../collector/src/correlate/lifelines.ts';
import { startEngine } from '../../collector/src/store/engine.ts';
import { Store } from '../../collector/src/store/store.ts';
import { startCollector, temporaryFolder } from '../support/stack.ts';
import type { Cell } from './cells.ts';
import { CELLS } from './cells.ts';
import { dataSet } from './data-set.ts';

/** Data sets that went over OTLP. */
export interface OverOtlp {
  readonly sets: number;
  readonly spans: number;
  /** Of those sets, the ones that came back as other evidence, or were judged differently. */
  readonly different: readonly string[];
}

interface Sent {
  readonly name: string;
  readonly function: string;
  readonly uses: readonly Use[];
  readonly goodbyes: readonly Goodbye[];
  readonly untilMs: number;
}

/** Each data set ends this long before now, ms; nothing is judged as of a future time. */
const AGO_MS = 600_000;
const HOURS = 4;
const SPANS_A_REQUEST = 500;
const REGION = 'eu-west-1';

// The key of a call is not an attribute, so it would not come back.
export function cellsOverOtlp(count: number): Cell[] {
  // A custom key of a call is not an attribute, so it would not come back.
  const cells = CELLS.filter(({ scenario, kind }) => kind !== 'model' && scenario.tellsKeys !== true);
  return Array.from({ length: count }, (_, index) => cells[Math.floor((index * cells.length) / count)]!);
}

/** Sends each scenario, played with a seed, to a collector, and compares the evidence read back from its store. */
export async function playOverOtlp(cells: readonly Cell[], seed: number): Promise<OverOtlp> {
  const sets = cells.map((cell, index) => toSend(cell, index, seed));
  const folder = await temporaryFolder();
  try {
    const collector = await startCollector(folder.path);
    let spans = 0;
    for (const set of sets) spans += await send(collector.url, set);
    await collector.settled();
    const { store } = await collector.status();
    // Otherwise spans that never arrived would count as differences.
    if (store.insertedSpans < spans || store.parkedRequests > 0)
      throw new Error(`${spans} spans were sent; the collector says ${JSON.stringify(store)}`);
    await collector.child.stop();
    return {
      sets: sets.length,
      spans,
      different: await compare(join(folder.path, 'collector', 'engine'), sets),
    };
  } finally {
    await folder.remove();
  }
}

/** A data set that ends shortly before now, with times in whole microseconds, as spans of a separate function. */
function toSend({ scenario }: Cell, index: number, seed: number): Sent {
  const data = dataSet({ hours: HOURS, ...scenario }, seed);
  const lastMs = data.reports.uses.reduce((last, { use }) => Math.max(last, use.endMs), 0);
  const shiftMs = Math.floor(Date.now() - AGO_MS - lastMs);
  const micros = (ms: number): number => Math.round((ms + shiftMs) * 1e3) / 1e3;
  const ticksOf = new Map<string, string>();
  /** Start of the process as the kernel reports it, in clock ticks. */
  const ticks = (process: string): string => {
    const own = ticksOf.get(process) ?? String(1_000 + ticksOf.size);
    ticksOf.set(process, own);
    return own;
  };
  // A goodbye ends the sandbox whichever functions ran in it, so no two sets may share an id.
  const idOf = (sandbox: string): string => `set-${index}-${sandbox}`;
  return {
    name: scenario.name,
    function: `set-${index}`,
    untilMs: lastMs + shiftMs + 1_000,
    uses: data.reports.uses.map(({ use }) => ({
      ...use,
      sandbox: idOf(use.sandbox),
      process: ticks(use.process ?? ''),
      startMs: micros(use.startMs),
      endMs: micros(use.endMs),
      ...(use.bootTimeMs !== undefined && { bootTimeMs: micros(use.bootTimeMs) }),
    })),
    goodbyes: data.reports.goodbyes.map(
      ({ instance: _instance, sandbox, process = '', timeMs, ...goodbye }) =>
        Object.assign(goodbye, {
          sandbox: idOf(sandbox),
          process: ticks(process),
          timeMs: Math.round(timeMs + shiftMs),
        }),
    ),
  };
}

async function send(url: string, set: Sent): Promise<number> {
  const spans = [...set.uses.map(spanOfUse), ...set.goodbyes.map(spanOfGoodbye)].map((span) =>
    Object.assign(span, {
      // A span sent twice is one span: its ids are derived from its content.
      traceId: hash(span, 32),
      spanId: hash(span, 16),
    }),
  );
  const resource = {
    attributes: attributes({
      'service.name': set.function,
      [semconv.ATTR_FAAS_NAME]: set.function,
      [semconv.ATTR_CLOUD_REGION]: REGION,
    }),
  };
  for (let from = 0; from < spans.length; from += SPANS_A_REQUEST) {
    const part = spans.slice(from, from + SPANS_A_REQUEST);
    const response = await fetch(`${url}/v1/traces`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ resourceSpans: [{ resource, scopeSpans: [{ spans: part }] }] }),
    });
    if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
    await response.arrayBuffer();
  }
  return spans.length;
}

function spanOfUse(use: Use): object {
  return {
    name: 'handler',
    kind: 2,
    startTimeUnixNano: nanos(use.startMs),
    endTimeUnixNano: nanos(use.endMs),
    attributes: attributes({
      [semconv.ATTR_SANDBOX_ID]: use.sandbox,
      [semconv.ATTR_FAAS_INSTANCE]: use.instance,
      [semconv.ATTR_FAAS_VERSION]: use.version,
      [semconv.ATTR_PROCESS_START_TICKS]: Number(use.process),
      [semconv.ATTR_SANDBOX_ORDINAL]: use.ordinal,
      [semconv.ATTR_FAAS_COLDSTART]: use.cold,
      [semconv.ATTR_INIT_DURATION_MS]: use.initMs,
      [semconv.ATTR_KERNEL_BOOT_TIME_UNIX_MS]: use.bootTimeMs,
      [semconv.ATTR_ERROR_TYPE]: use.outcome === 'time-out' ? 'timeout' : undefined,
    }),
    ...(use.outcome !== undefined && { status: { code: 2 } }),
  };
}

function spanOfGoodbye(goodbye: Goodbye): object {
  return {
    name: semconv.SPAN_SHUTDOWN,
    kind: 1,
    startTimeUnixNano: nanos(goodbye.timeMs),
    endTimeUnixNano: nanos(goodbye.timeMs),
    attributes: attributes({
      [semconv.ATTR_SANDBOX_ID]: goodbye.sandbox,
      [semconv.ATTR_PROCESS_START_TICKS]: Number(goodbye.process),
      [semconv.ATTR_SHUTDOWN_REASON]: goodbye.reason,
      [semconv.ATTR_SHUTDOWN_LAST_ORDINAL]: goodbye.lastOrdinal,
    }),
  };
}

const nanos = (ms: number): string => String(BigInt(Math.round(ms * 1e3)) * 1_000n);
const hash = (of: object, length: number): string =>
  createHash('sha256').update(JSON.stringify(of)).digest('hex').slice(0, length);

/** What is undefined is left out. */
function attributes(values: Record<string, string | number | boolean | undefined>): object[] {
  return Object.entries(values).flatMap(([key, value]): object[] => {
    if (value === undefined) return [];
    if (typeof value === 'string') return [{ key, value: { stringValue: value } }];
    if (typeof value === 'boolean') return [{ key, value: { boolValue: value } }];
    const isWhole = Number.isInteger(value);
    return [{ key, value: isWhole ? { intValue: String(value) } : { doubleValue: value } }];
  });
}

/** Names of the data sets that came back differently. */
async function compare(dataDir: string, sets: readonly Sent[]): Promise<string[]> {
  const silent = (): void => undefined;
  const engine = await startEngine({ dataDir, log: { info: silent, warn: silent, error: silent } });
  const store = await Store.open(engine);
  try {
    const different: string[] = [];
    for (const set of sets) {
      const ranges = await loadEvidenceRanges(store, set.function, {
        fromMs: set.untilMs,
        untilMs: set.untilMs,
      });
      const [stored] = evidenceIn(await readEvidence(store, ranges, set.function, set.untilMs));
      const sent = summarise({ uses: evidenceOf(set), goodbyes: goodbyesOf(set) });
      if (!stored || saidOf(stored.history, set) !== saidOf(sent, set)) different.push(set.name);
    }
    return different;
  } finally {
    await store.close();
    await engine.stop();
  }
}

/** The part of the sent spans that the collector uses: for a busy function, only the newest calls. */
function evidenceOf({ uses, untilMs }: Sent): Use[] {
  const starts = groupBy(uses, ({ sandbox }) => sandbox);
  const startMs = evidenceStart(
    [...starts].map(([sandbox, own]) => ({
      sandbox,
      starts: Float64Array.from(new Set(own.map((use) => use.startMs * 1e3))),
    })),
    untilMs,
  );
  return uses.filter((use) => use.startMs >= startMs);
}

/** The collector reads nothing that happened after the moment it is asked about. */
function goodbyesOf({ goodbyes, untilMs }: Sent): Goodbye[] {
  return goodbyes.filter(({ timeMs }) => timeMs < untilMs);
}

/** Evidence and its judgement, as text. */
function saidOf(history: History, { untilMs }: Sent): string {
  return `${Buffer.from(encodeEvidence(history)).toString('base64')} ${JSON.stringify(judge(history, untilMs))}`;
}
