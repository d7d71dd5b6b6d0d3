import { Type } from '@fastify/type-provider-typebox';
import { Millis, OneOf } from '../../../schema/index.ts';
import type { Store } from '../../../store/index.ts';
import { loadEvidenceRanges } from '../../fates/evidence-start.ts';
import type { Deployment } from '../../fates/index.ts';
import { judgeAside } from '../../fates/judge-aside.ts';
import { readEvidence } from '../../fates/read-evidence.ts';
import type { KeepAlive } from '../../judge/index.ts';

/** How long idle sandboxes were kept in one week. */
export interface Week {
  readonly valueMs?: number;
  readonly lowMs?: number;
  readonly highMs?: number;
  readonly expectedDeaths: number;
}

/** This week compared with the previous one. */
export interface Drift {
  readonly before: Week;
  readonly after: Week;
  readonly verdict: 'shorter' | 'longer' | 'same' | 'unknown';
}

const WeekSchema = (of: string) =>
  Type.Object(
    {
      valueMs: Type.Optional(Millis('By which half are gone.')),
      lowMs: Type.Optional(Millis('Lower end of its 95 % interval.')),
      highMs: Type.Optional(Millis('Upper end of the interval.')),
      expectedDeaths: Type.Number({ description: 'Number of evictions after idleness that it is based on.' }),
    },
    { description: `Keep-alive of the ${of}.` },
  );

export const DriftSchema = Type.Object(
  {
    before: WeekSchema('week before the last'),
    after: WeekSchema('last week'),
    verdict: OneOf(
      ['shorter', 'longer', 'same', 'unknown'],
      'shorter, longer: the intervals of both weeks do not overlap. unknown: one week has no interval.',
    ),
  },
  {
    description:
      'The last seven days compared with the seven before, each judged separately. Only for one function.',
  },
);

const WEEK_MS = 7 * 86_400_000;

/** The changes of each deployment of a function, in the order of detection. */
export async function loadDrift(
  store: Store,
  name: string,
  toMs: number,
): Promise<{ readonly deployment: Deployment; readonly drift: Drift }[]> {
  const weeks = await Promise.all(
    [toMs - WEEK_MS, toMs].map(async (untilMs) => {
      const ranges = await loadEvidenceRanges(store, name, { fromMs: untilMs, untilMs });
      const week = ranges.map(({ function: of, fromMs, rows, version }) => ({
        function: of,
        fromMs: Math.max(fromMs, untilMs - WEEK_MS),
        rows,
        version,
      }));
      return judgeAside(await readEvidence(store, week, name, untilMs));
    }),
  );
  const [earlier = [], later = []] = weeks;
  return later.map(({ deployment, judgement }) => {
    const same = earlier.find((own) => JSON.stringify(own.deployment) === JSON.stringify(deployment));
    const before = weekOf(same?.judgement.keepAlive);
    const after = weekOf(judgement.keepAlive);
    return { deployment, drift: { before, after, verdict: verdictOf(before, after) } };
  });
}

function weekOf(keepAlive: KeepAlive | undefined): Week {
  const { valueMs, lowMs, highMs, expectedDeaths = 0 } = keepAlive ?? {};
  return {
    ...(valueMs !== undefined && { valueMs }),
    ...(lowMs !== undefined && { lowMs }),
    ...(highMs !== undefined && Number.isFinite(highMs) && { highMs }),
    expectedDeaths,
  };
}

/** Fewer ends say nothing about a week. */
export const LEAST_DEATHS_A_WEEK = 10;

export function verdictOf(before: Week, after: Week): Drift['verdict'] {
  if (Math.min(before.expectedDeaths, after.expectedDeaths) < LEAST_DEATHS_A_WEEK) return 'unknown';
  if (before.lowMs === undefined || before.highMs === undefined) return 'unknown';
  if (after.lowMs === undefined || after.highMs === undefined) return 'unknown';
  if (after.highMs < before.lowMs) return 'shorter';
  return after.lowMs > before.highMs ? 'longer' : 'same';
}
