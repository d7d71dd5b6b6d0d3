import { isDeploymentOf } from '../../scope.ts';
import { Type } from '@fastify/type-provider-typebox';
import { isoTime, Millis } from '../../../schema/index.ts';
import { judgedByCounts } from '../../fates/index.ts';
import type { JudgedDeployment } from '../../fates/index.ts';
import type { Judgement } from '../../judge/index.ts';
import { defineQuestion } from '../question.ts';
import { Deployment, KeepAlive, shownDeployment, shownKeepAlive } from '../reuse/schema.ts';
import { DriftSchema, LEAST_DEATHS_A_WEEK, loadDrift } from '../shared/drift.ts';
import type { Drift } from '../shared/drift.ts';
import { Missing, RestsOn } from '../../estimate.ts';
import type { Lack } from '../../estimate.ts';
import { curveOf } from './curve.ts';

/** With fewer ends no law is named. */
export const LEAST_DEATHS = 25;

const FunctionSurvival = Type.Object({
  function: Type.String({ description: 'Name of the function.' }),
  deployment: Deployment,
  keepAlive: KeepAlive,
  kneeMs: Type.Optional(
    Type.Object(
      {
        value: Type.Optional(Millis('Absent if fewer are gone at every observed idle time.')),
        low: Type.Optional(Millis('Lower end of its 95 % interval.')),
        high: Type.Optional(Millis('Upper end of its 95 % interval; absent if it has none.')),
      },
      { description: 'Idle time by which one sandbox in twenty is gone.' },
    ),
  ),
  curve: Type.Array(
    Type.Object({
      idleMs: Millis('Idle time.'),
      kept: Type.Number({ description: 'Share of sandboxes still kept at this idle time, 0 to 1.' }),
      low: Type.Number({ description: 'Lower end of its 95 % band.' }),
      high: Type.Number({ description: 'Upper end of the interval.' }),
    }),
    { description: 'The falling part of the curve, for a sandbox that is idle on its own.' },
  ),
  laws: Type.Array(
    Type.Object({
      law: Type.String({ description: 'Name of the law; `free` is the estimate without one.' }),
      weight: Type.Number({ description: 'Its Akaike weight in the curve, 0 to 1.' }),
    }),
    { description: 'The laws that the curve is averaged over.' },
  ),
  drift: Type.Optional(DriftSchema),
  restsOn: RestsOn,
  missing: Missing,
});

/** How long idle sandboxes are kept, per deployment. */
export const survival = defineQuestion({
  name: 'survival',
  operationId: 'getSurvival',
  summary: 'How long idle sandboxes are kept: survival curve with its interval, laws, knee and drift',
  description:
    'From everything seen up to the end of the range, whatever its start. The drift against the week before is included if one ' +
    'function is asked about. Method and worked example: docs/questions/survival.md.',
  tag: 'sandboxes',
  asked: {},
  answer: { functions: Type.Array(FunctionSurvival) },
  list: 'functions',
  ask: async ({ store, window: judged }) => {
    const window = await judged();
    const { scope, asOfMs } = window;
    const drifts = scope.function === undefined ? [] : await loadDrift(store, scope.function, asOfMs);
    const alone = await judgedByCounts(store, window);
    const judgements = [
      ...[...window.functions].map(([name, { judged: own }]) => [name, own] as const),
      ...alone,
    ];
    const functions = judgements.flatMap(([name, own]) =>
      (own?.deployments ?? [])
        .filter(({ deployment }) => isDeploymentOf(deployment, scope))
        .map((one) =>
          shown(
            name,
            one,
            drifts.find(({ deployment }) => isSame(deployment, one.deployment))?.drift,
            scope.function !== undefined,
          ),
        ),
    );
    return { scope, truncated: window.truncated, body: { functions } };
  },
});

function isSame(a: object, b: object): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function shown(
  name: string,
  { deployment, judgement }: JudgedDeployment,
  drift: Drift | undefined,
  isOne: boolean,
) {
  const { survival: kept, keepAlive } = judgement;
  const knee = kept.band && kneeOf(kept.band.knee);
  return {
    function: name,
    deployment: shownDeployment(deployment),
    keepAlive: shownKeepAlive(keepAlive),
    ...(knee && { kneeMs: knee }),
    curve: curveOf(kept),
    laws: (kept.band?.laws ?? []).map(({ law, weight }) => ({ law, weight })),
    ...(drift && { drift }),
    restsOn: evidenceInWords(judgement),
    missing: missing(judgement, drift, isOne),
  };
}

/** Unknown ends are omitted. */
export function kneeOf({ valueMs, lowMs, highMs }: { valueMs: number; lowMs: number; highMs: number }) {
  const end = (name: string, ms: number): object => (Number.isFinite(ms) ? { [name]: ms } : {});
  return { ...end('value', valueMs), ...end('low', lowMs), ...end('high', highMs) };
}

/** The evidence behind a judgement of idle times. */
export function evidenceInWords({
  uses,
  sandboxes,
  untilMs,
  keepAlive,
  survival: kept,
}: Judgement): string[] {
  const fromMs = sandboxes.reduce((first, { firstMs }) => Math.min(first, firstMs), untilMs);
  return [
    `${uses} calls of ${sandboxes.length} sandboxes from ${isoTime(fromMs)} to ${isoTime(untilMs)}`,
    `${keepAlive.expectedDeaths.toFixed(1)} ends by idleness, reported or inferred`,
    ...(kept.sinceMs === undefined
      ? []
      : [
          `only sandboxes that became idle since ${isoTime(kept.sinceMs)}: before, idle sandboxes were kept by another law`,
        ]),
  ];
}

function missing({ keepAlive }: Judgement, drift: Drift | undefined, isOne: boolean): Lack[] {
  const deaths = Math.floor(keepAlive.expectedDeaths);
  const least = drift && Math.floor(Math.min(drift.before.expectedDeaths, drift.after.expectedDeaths));
  return [
    ...(deaths < LEAST_DEATHS
      ? [{ what: 'ends by idleness, to name a law', n: deaths, needed: LEAST_DEATHS }]
      : []),
    ...(least !== undefined && least < LEAST_DEATHS_A_WEEK
      ? [
          {
            what: 'ends by idleness in each of the last two weeks, to detect a drift',
            n: least,
            needed: LEAST_DEATHS_A_WEEK,
          },
        ]
      : []),
    ...(isOne
      ? []
      : [
          {
            what: 'the drift against the week before, which is only given for one function',
            n: 0,
            needed: 1,
          },
        ]),
  ];
}
