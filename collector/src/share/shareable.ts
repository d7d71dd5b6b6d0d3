/**
 * The part of a result that goes into a link: its numbers. Addresses, accounts, ids and names are removed, because
 * anyone with the link has its whole content.
 */
import { clientMs, measured } from '@sandscope/probes/outside';
import type { ProbeResult, Sample } from '@sandscope/probes/outside';
import { thinned } from '../lists/index.ts';

export interface ShareOptions {
  /** Includes names of the function and the processor; never addresses, accounts and ids. */
  readonly names: boolean;
  /** Maximum number of samples. */
  readonly mostSamples: number;
}

/** Fields of a summary whose words come from the experiment itself. */
const WORDS = new Set([
  'currency',
  'ground',
  'identified',
  'kind',
  'law',
  'mode',
  'model',
  'policy',
  'start',
  'startGround',
  'technique',
  'verdict',
]);
const WORD = /^[A-Za-z][A-Za-z -]{0,31}$/;

/** The same result without anything that identifies its owner. */
export function shareable(result: ProbeResult, { names, mostSamples }: ShareOptions): ProbeResult {
  const { machine, target } = result;
  return {
    ...result,
    tool: { name: 'sandscope', version: /^\d+\.\d+\.\d+/.exec(result.tool.version)?.[0] ?? '0.0.0' },
    runId: 'shared',
    startedUnixMs: 0,
    machine: {
      cpuModel: names ? machine.cpuModel : 'processor left out',
      cpuCount: machine.cpuCount,
      memoryBytes: machine.memoryBytes,
      os: '',
      nodeVersion: machine.nodeVersion,
    },
    target: { kind: target.kind, ...(names && target.name !== undefined && { name: target.name }) },
    parameters: numbersOf(result.parameters) as Record<string, unknown>,
    counts: {
      ok: result.counts.ok,
      errors: sumOf(result.counts.errors, 'failed'),
      discarded: sumOf(result.counts.discarded, 'discarded'),
    },
    clockSteps: [],
    samples: thinned(measured(result.samples), mostSamples).map(slim),
    summary: numbersOf(result.summary) as ProbeResult['summary'],
    verdict: isNameless(result) ? result.verdict : '',
    missing: [],
  };
}

function sumOf(counts: Readonly<Record<string, number>>, label: string): Record<string, number> {
  const all = Object.values(counts).reduce((sum, one) => sum + one, 0);
  return all === 0 ? {} : { [label]: all };
}

/** Numbers and booleans, in their structure; words only if they come from the experiment. */
function numbersOf(value: unknown, field = ''): unknown {
  if (typeof value === 'number') return Number.isFinite(value) ? Number(value.toPrecision(5)) : undefined;
  if (typeof value === 'boolean') return value;
  if (typeof value === 'string') return WORDS.has(field) && WORD.test(value) ? value : undefined;
  if (Array.isArray(value))
    return value.map((one) => numbersOf(one, field)).filter((one) => one !== undefined);
  if (typeof value !== 'object' || value === null) return undefined;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, one]) => {
      const kept = numbersOf(one, key);
      return kept === undefined ? [] : [[key, kept]];
    }),
  );
}

/** The parts of a sample that charts read. */
function slim(sample: Sample): Sample {
  const latency = clientMs(sample);
  const { start, idleBeforeMs, requestBytes, memoryMb, function: facts } = sample;
  return {
    index: 0,
    unit: '',
    role: '',
    outcome: 'ok',
    scheduledMs: 0,
    sentMs: 0,
    start,
    ...(latency !== undefined && { endMs: Number(latency.toPrecision(4)) }),
    ...(idleBeforeMs !== undefined && { idleBeforeMs: Number(idleBeforeMs.toPrecision(4)) }),
    ...(requestBytes !== undefined && { requestBytes: Number(requestBytes.toPrecision(3)) }),
    ...(memoryMb !== undefined && { memoryMb }),
    ...(facts?.durationMs !== undefined && {
      function: { durationMs: Number(facts.durationMs.toPrecision(4)) },
    }),
  };
}

/** Text that looks like an address, an account or an id. */
const TELLING = /:\/\/|arn:|\b\d{1,3}(\.\d{1,3}){3}\b|\b\d{12}\b|\b[\da-f]{8,}\b|@/i;

/** Whether the sentence contains nothing that identifies the owner. */
function isNameless({ verdict, target, samples, machine }: ProbeResult): boolean {
  const telling = new Set([target.name, machine.cpuModel, ...Object.values(target.identity ?? {})]);
  for (const { sandboxId, hostId, functionName } of samples)
    for (const id of [sandboxId, hostId, functionName]) telling.add(id);
  const said = verdict.toLowerCase();
  return (
    !TELLING.test(verdict) &&
    ![...telling].some((text) => text !== undefined && text.length > 2 && said.includes(text.toLowerCase()))
  );
}
