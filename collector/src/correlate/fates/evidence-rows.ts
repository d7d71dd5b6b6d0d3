import { summarise } from '../evidence/index.ts';
import type { Goodbye, History, Use } from '../evidence/index.ts';
import { endsBySandbox, groupBy } from '../lifelines.ts';
import type { EndsBySandbox, SandboxEnd } from '../lifelines.ts';
import { endsIn } from '../sandbox-ends.ts';
import { RowBinaryReader } from '../../store/row-binary.ts';
import type { Deployment } from './deployment.ts';
import { evidenceStart } from './evidence-start.ts';
import type { DeploymentOutcomes } from './load-outcomes.ts';
import { FLAG } from './use-flags.ts';

/**
 * What the store answered about deployments, as it was sent. Reading it and judging it take seconds where there is much
 * of it, so bytes are what goes to the thread that does that.
 */
export interface EvidenceRows {
  /** The moment of the judgement, ms since the epoch. */
  readonly untilMs: number;
  /** Invocations in RowBinary, by process of each sandbox. */
  readonly uses: Uint8Array;
  /** Goodbyes in RowBinary. */
  readonly ends: Uint8Array;
  readonly outcomes: readonly DeploymentOutcomes[];
}

export interface DeploymentEvidence {
  readonly deployment: Deployment;
  readonly history: History;
}

/** The evidence of each deployment in what was read. */
export function* evidenceIn({ untilMs, uses, ends, outcomes }: EvidenceRows): Generator<DeploymentEvidence> {
  const endsOf = endsBySandbox(endsIn(new RowBinaryReader(ends)));
  const outcomesOf = new Map(outcomes.map((own) => [JSON.stringify(own.deployment), own]));
  const groups = groupsIn(new RowBinaryReader(uses));
  for (const own of groupBy(groups, ({ deployment }) => deployment.function).values()) {
    const startMs = evidenceStart(own, untilMs);
    for (const [key, one] of groupBy(own, ({ deployment }) => JSON.stringify(deployment))) {
      const { deployment } = one[0] as Group;
      const { idleOutcomes = [] } = outcomesOf.get(key) ?? {};
      outcomesOf.delete(key);
      const history = summarise({
        uses: usesOf(one, startMs),
        goodbyes: goodbyesOf(one, endsOf),
        idleOutcomes,
      });
      yield { deployment, history };
    }
  }
  for (const { deployment, idleOutcomes } of outcomesOf.values())
    yield { deployment, history: summarise({ uses: [], idleOutcomes }) };
}

/** The invocations of one process of one sandbox, as indices. */
interface Group {
  readonly deployment: Deployment;
  readonly sandbox: string;
  readonly instance: string;
  readonly process: string;
  readonly version: string;
  readonly starts: Float64Array;
  readonly durations: Float64Array;
  readonly ordinals: Uint32Array;
  readonly flags: Uint8Array;
  readonly inits: Float64Array;
  readonly exports: Float64Array;
  readonly boots: Float64Array;
}

function* groupsIn(reader: RowBinaryReader): Generator<Group> {
  while (reader.hasMore) {
    yield {
      deployment: {
        function: reader.string(),
        accountId: reader.string(),
        region: reader.string(),
        platform: reader.string(),
      },
      sandbox: reader.string(),
      instance: reader.string(),
      process: reader.string(),
      version: reader.string(),
      starts: reader.float64Array(),
      durations: reader.float64Array(),
      ordinals: reader.uint32Array(),
      flags: reader.uint8Array(),
      inits: reader.float64Array(),
      exports: reader.float64Array(),
      boots: reader.float64Array(),
    };
  }
}

function* usesOf(groups: readonly Group[], fromMs: number): Generator<Use> {
  for (const { sandbox, instance, process, version, ...columns } of groups) {
    const { starts, durations, ordinals, flags, inits, exports, boots } = columns;
    for (const [index, startMicros] of starts.entries()) {
      const startMs = startMicros / 1000;
      if (startMs < fromMs) continue;
      const told = flags[index] ?? 0;
      const ordinal = ordinals[index] ?? 0;
      const initMicros = inits[index] ?? -1;
      const exportMicros = exports[index] ?? 0;
      const bootMicros = boots[index] ?? 0;
      yield {
        sandbox,
        version,
        startMs,
        endMs: startMs + (durations[index] ?? 0) / 1000,
        ...(instance !== '' && { instance }),
        ...(process !== '' && { process }),
        ...(ordinal > 0 && { ordinal }),
        ...((told & (FLAG.cold | FLAG.warm)) !== 0 && { cold: (told & FLAG.cold) !== 0 }),
        ...(initMicros >= 0 && { initMs: initMicros / 1000 }),
        ...(exportMicros > 0 && { exportMs: exportMicros / 1000 }),
        ...(bootMicros > 0 && { bootTimeMs: bootMicros / 1000 }),
        ...((told & FLAG.timedOut) !== 0 && { outcome: 'time-out' as const }),
        ...((told & FLAG.crashed) !== 0 && { outcome: 'crash' as const }),
        ...((told & FLAG.failed) !== 0 && { outcome: 'failure' as const }),
      };
    }
  }
}

/** The goodbyes of a deployment's sandboxes. */
function goodbyesOf(groups: readonly Group[], ends: EndsBySandbox): Goodbye[] {
  const ids = new Set(groups.map(({ sandbox }) => sandbox));
  return [...ids].flatMap((sandbox) => ends.get(sandbox)?.map(goodbyeOf) ?? []);
}

function goodbyeOf({
  sandboxId,
  instance,
  processStartTicks,
  timeMs,
  reason,
  lastOrdinal,
}: SandboxEnd): Goodbye {
  return {
    sandbox: sandboxId,
    ...(instance !== '' && { instance }),
    timeMs,
    reason,
    ...(processStartTicks !== undefined && { process: processStartTicks }),
    ...(lastOrdinal !== undefined && { lastOrdinal }),
  };
}
