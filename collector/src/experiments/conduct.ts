import { randomInt, randomUUID } from 'node:crypto';
import { statSync, writeFileSync } from 'node:fs';
import { arch, cpus, platform, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { Journal, run } from '@sandscope/probes/outside';
import type {
  Ceilings,
  ClientMachine,
  ClientSpans,
  ProbeResult,
  ResultPlan,
  RunOutcome,
  RunProgress,
  Sample,
  SampleCounts,
  Target,
  Unit,
} from '@sandscope/probes/outside';
import { FACTS_FIELD, readAnswer } from '@sandscope/probes/outside';
import { badOption } from '../config/index.ts';
import { CollectorError } from '../errors/errors.ts';
import { makeDirectory } from '../process/index.ts';
import { seededRandom } from '../statistics/index.ts';
import type { Experiment, PricePlan } from './experiment.ts';
import { callPrice } from './prices.ts';
import { inferStarts, missingColumns } from './starts.ts';
import { writeCsv } from './csv.ts';

/** The parameters of one run. */
export interface Assignment {
  readonly experiment: Experiment;
  readonly parameters: Readonly<Record<string, unknown>>;
  /** Default random, or that of the resumed run. */
  readonly seed?: number;
  readonly timeScale: number;
  readonly timeoutMs: number;
  readonly ceilings: Ceilings;
  readonly prices: PricePlan;
  readonly version: string;
  /** Folder of journal and results. */
  readonly folder: string;
  readonly event?: Readonly<Record<string, unknown>>;
  readonly withoutBody?: boolean;
}

/** The plan, to be shown before it runs. */
export interface Plan {
  readonly units: readonly Unit[];
  readonly figures: ResultPlan;
}

/** Assumed duration of a call before anything was measured. */
const ASSUMED_CALL = { ms: 1_000, memoryMb: 128 };

/** The plan of a run; the same for the same seed. */
export function planOf({ experiment, parameters, timeScale, prices }: Assignment, seed: number): Plan {
  const units = experiment.plan(parameters, { random: seededRandom(seed), timeScale });
  const calls = units.reduce((sum, unit) => sum + unit.calls, 0);
  const durationMs = units.reduce((sum, unit) => sum + unit.waitMs / timeScale + unit.workMs, 0);
  const amount = calls * callPrice(prices, ASSUMED_CALL.ms, ASSUMED_CALL.memoryMb);
  return {
    units,
    figures: {
      units: units.length,
      calls,
      durationMs,
      ...(amount > 0 && { cost: { amount, currency: prices.currency, pricePlan: prices.name } }),
    },
  };
}

export function newSeed(): number {
  return randomInt(2 ** 31);
}

export const JOURNAL_FILE = 'journal.ndjson';
export const RESULT_FILE = 'result.json';

export interface ConductOptions {
  readonly target: Target;
  readonly openSpans?: (runId: string) => Promise<ClientSpans>;
  /** Adds data from another source to samples. */
  readonly join?: (samples: readonly Sample[], startedUnixMs: number) => Promise<readonly Sample[]>;
  /** See {@link run}. */
  readonly retryPausesMs?: readonly number[];
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: RunProgress) => void;
  readonly notice?: (message: string) => void;
}

/**
 * Executes a run, or resumes the one whose journal is in the folder, and writes `result.json` and `samples.csv` there.
 *
 * @throws {CollectorError} `ERR_OPTION` if the folder holds another run, or a completed one
 */
export async function conduct(
  assignment: Assignment,
  options: ConductOptions,
): Promise<{ readonly result: ProbeResult; readonly endedBy: RunOutcome['endedBy'] }> {
  const { experiment, parameters, timeScale, timeoutMs, ceilings, version, folder, event, withoutBody } =
    assignment;
  const { target, signal, onProgress, notice, retryPausesMs } = options;
  makeFolder(folder);
  const { journal, state } = Journal.open(join(folder, JOURNAL_FILE));
  try {
    const seed = assignment.seed ?? state.header?.seed ?? newSeed();
    const startedUnixMs = state.header?.startedUnixMs ?? Date.now();
    const runId = state.header?.runId ?? randomUUID();
    const header = {
      runId,
      experiment: experiment.name,
      startedUnixMs,
      seed,
      timeScale,
      parameters,
      target: target.describe(),
    };
    if (state.header === undefined) {
      if (experiment.needs === 'facts') await requireFacts(assignment, target);
      journal.begin(header);
    } else requireSame(state.header, header, folder, state.ended);
    const plan = planOf(assignment, seed);
    const spans = await options.openSpans?.(runId);
    const outcome = await run({
      target,
      units: plan.units,
      journal,
      before: state,
      startedUnixMs,
      timeScale,
      timeoutMs,
      ceilings,
      ...(event && { event }),
      ...(withoutBody === true && { withoutBody }),
      needsFacts: experiment.needs === 'facts',
      ...(spans && { spans }),
      signal,
      ...(retryPausesMs && { retryPausesMs }),
      ...(onProgress && { onProgress }),
      ...(notice && { notice }),
    });
    await spans
      ?.stop()
      .catch((error: unknown) => notice?.(`spans were not all sent: ${(error as Error).message}`));
    const joined = (await options.join?.(outcome.samples, startedUnixMs)) ?? outcome.samples;
    const result = conclude(assignment, {
      samples: joined,
      runId,
      seed,
      startedUnixMs,
      plan: plan.figures,
      outcome,
      target,
      version,
    });
    writeFileSync(join(folder, RESULT_FILE), resultText(result));
    writeFileSync(join(folder, 'samples.csv'), writeCsv(result.samples));
    for (const [name, write] of Object.entries(experiment.files ?? {}))
      writeFileSync(join(folder, name), write(result.samples));
    return { result, endedBy: outcome.endedBy };
  } finally {
    journal.close();
  }
}

/**
 * Asks the function about itself before a run that needs to know, and may wait for hours before its first call. The
 * local platform creates new sandboxes on command, so nothing has to be waited for there.
 *
 * @throws {CollectorError} `ERR_PROBE_TARGET` if it answers and says nothing. Other failures are for the run, which
 *   tries again.
 */
async function requireFacts(
  { experiment, parameters, timeoutMs, event, withoutBody }: Assignment,
  target: Target,
): Promise<void> {
  if (target.renew !== undefined) return;
  const functionName = experiment.calls?.(parameters);
  const { error, body } = await target.call({
    body: withoutBody === true ? undefined : Buffer.from(JSON.stringify(event ?? {})),
    headers: {},
    ...(functionName !== undefined && { functionName }),
    timeoutMs,
  });
  if (error !== undefined || (body !== undefined && readAnswer(body) !== undefined)) return;
  throw new CollectorError(
    'ERR_PROBE_TARGET',
    `${experiment.name} needs a function that describes itself, and the answer has no field "${FACTS_FIELD}"; examples/functions/probe is such a function, and docs/experiments.md lists the experiments for any function`,
  );
}

function makeFolder(folder: string): void {
  try {
    makeDirectory(folder);
    if (!statSync(folder).isDirectory()) throw new Error('there is a file of that name');
  } catch (error) {
    throw badOption(`--out names a folder that cannot be created: ${(error as Error).message}`);
  }
}

interface Finished {
  readonly samples: readonly Sample[];
  readonly runId: string;
  readonly seed: number;
  readonly startedUnixMs: number;
  readonly plan: ResultPlan;
  readonly outcome: RunOutcome;
  readonly target: Target;
  readonly version: string;
}

const NOTHING_ANSWERED = 'No call gave a measurement, so there is nothing to conclude.';

function conclude(
  { experiment, parameters, timeScale, prices }: Assignment,
  finished: Finished,
): ProbeResult {
  const { runId, seed, startedUnixMs, plan, outcome, target, version } = finished;
  const samples = experiment.needs === 'nothing' ? finished.samples : inferStarts(finished.samples).samples;
  const counts = countsOf(samples);
  const summary = experiment.summarise(samples, parameters, { timeScale, seed, startedUnixMs, prices });
  return {
    schema: 1,
    experiment: experiment.name,
    tool: { name: 'sandscope', version },
    runId,
    startedAt: new Date(startedUnixMs).toISOString(),
    endedAt: new Date(startedUnixMs + outcome.endedMs).toISOString(),
    startedUnixMs,
    complete: outcome.complete,
    machine: { ...machine(), eventLoopDelayMaxMs: outcome.eventLoopDelayMaxMs },
    seed,
    timeScale,
    target: target.describe(),
    parameters,
    plan,
    counts,
    clockSteps: outcome.clockSteps,
    samples,
    summary,
    verdict: counts.ok === 0 ? NOTHING_ANSWERED : experiment.verdict(summary, parameters),
    missing: [...missingColumns(samples), ...(experiment.missing?.(summary) ?? [])],
  };
}

function machine(): ClientMachine {
  const all = cpus();
  return {
    cpuModel: all[0]?.model ?? 'unknown',
    cpuCount: all.length,
    memoryBytes: totalmem(),
    os: `${platform()} ${release()} ${arch()}`,
    nodeVersion: process.version,
  };
}

/** The outcomes of the calls. */
export function countsOf(samples: readonly Sample[]): SampleCounts {
  let ok = 0;
  const errors: Record<string, number> = {};
  const discarded: Record<string, number> = {};
  for (const sample of samples) {
    if (sample.outcome === 'ok') ok += 1;
    else if (sample.error) errors[sample.error.code] = (errors[sample.error.code] ?? 0) + 1;
    else if (sample.discarded) discarded[sample.discarded] = (discarded[sample.discarded] ?? 0) + 1;
  }
  return { ok, errors, discarded };
}

/** The file format: one line per sample, with times in microseconds, so that versions of it can be compared. */
function resultText({ samples, ...rest }: ProbeResult): string {
  const exact = (_key: string, value: unknown): unknown =>
    typeof value === 'number' ? Number(value.toFixed(3)) : value;
  const lines = samples.map((sample) => `    ${JSON.stringify(sample, exact)}`);
  const head = JSON.stringify(rest, undefined, 2).replace(/\n\}$/, '');
  return `${head},\n  "samples": [${lines.length === 0 ? '' : `\n${lines.join(',\n')}\n  `}]\n}\n`;
}

type Header = Parameters<Journal['begin']>[0];

function requireSame(before: Header, now: Header, folder: string, ended: boolean): void {
  if (ended) throw badOption(`${folder} contains a complete run; use another folder for --out`);
  for (const field of ['experiment', 'seed', 'timeScale', 'parameters', 'target'] as const) {
    const [was, is] = [JSON.stringify(before[field]), JSON.stringify(now[field])];
    if (was !== is)
      throw badOption(
        `${folder} contains a run with another ${field}: ${was}, not ${is}; use another folder for --out`,
      );
  }
}
