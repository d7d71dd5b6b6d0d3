import type { Sample, TechniquesSummary, UnitContext } from '@sandscope/probes/outside';
import { clientMs, measured } from '@sandscope/probes/outside';
import { meanDifference, wilson } from '../statistics/index.ts';
import { settle } from './settle.ts';
import { defineExperiment } from './experiment.ts';
import { short } from './figures.ts';
import { known } from './known.ts';
import { count, duration } from './parameters.ts';

const parameters = {
  rounds: count('times of: make it new, call, call again, wait until it is gone, call', 5, 2, 1000),
  'cold-wait': duration('longer than idle sandboxes are kept', 20 * 60_000),
  again: count('warm calls after each cold one', 3, 1, 100),
};

const READY_MS = 1000;
/** State that existed before a request must be older than this, to rule out clock differences. */
const MARGIN_MS = 10;
/** If first cold starts take longer by less than this share, their code was there. */
const MATTERS = 0.2;

/** Which of the four techniques against cold starts the platform uses: reuse, pooling, prefetching, prewarming. */
export const techniques = defineExperiment({
  name: 'techniques',
  summary: 'evidence for reuse, pooling, prefetching and prewarming',
  source: 'van Eyk et al., 2019',
  parameters,
  needs: 'facts',
  plan: ({ rounds, 'cold-wait': coldWait, again }) =>
    Array.from({ length: rounds }, (_, round) => ({
      id: String(round + 1),
      calls: 3 + again,
      waitMs: 2 * coldWait + READY_MS,
      workMs: 2_000,
      run: async (context: UnitContext) => {
        const { call, wait, makeCold } = context;
        const { isRenewed } = await makeCold(coldWait);
        // A platform that prewarms needs some time until the next sandbox is ready.
        await wait(READY_MS);
        await call({ role: 'first', cell: { isRenewed } });
        for (let index = 0; index < again; index += 1) {
          await settle(context);
          await call({ role: 'again' });
        }
        await wait(coldWait);
        await call({ role: 'later', idleBeforeMs: coldWait });
      },
    })),
  summarise: (samples): TechniquesSummary => {
    const ok = measured(samples);
    return { techniques: [reuse(ok), pooling(ok), prefetching(ok), prewarming(ok)] };
  },
  verdict: ({ techniques: all }) => {
    const of = (verdict: string): string[] =>
      all.filter((one) => one.verdict === verdict).map(({ technique }) => technique);
    const shown = of('shown');
    const not = of('not shown');
    const unknown = of('unknown');
    return [
      `These data show ${shown.length === 0 ? 'none of the techniques' : shown.join(' and ')}`,
      ...(not.length > 0 ? [`no sign of ${not.join(' or ')}`] : []),
      ...(unknown.length > 0 ? [`whether there is ${unknown.join(' or ')} is unknown`] : []),
    ]
      .join('; ')
      .concat('.');
  },
  table: ({ techniques: all }) =>
    all.map(({ technique, verdict, evidence }) => ({ technique, verdict, evidence })),
});

type Finding = TechniquesSummary['techniques'][number];

function reuse(samples: readonly Sample[]): Finding {
  const again = samples.filter(({ role, start }) => role === 'again' && start !== 'unknown');
  const warm = again.filter(({ start }) => start === 'warm').length;
  const estimate = estimateOf(warm, again.length);
  return {
    technique: 'reuse',
    verdict: again.length === 0 ? 'unknown' : warm > 0 ? 'shown' : 'not shown',
    evidence: `${warm} of ${again.length} calls right after another one found a used sandbox`,
    estimate,
  };
}

interface Cold {
  readonly sample: Sample;
  /** Age of the process and of the function's module when the handler was called. */
  readonly processMs: number;
  readonly moduleMs: number;
  /** How long the process had nothing to do before the module was loaded; undefined if it does not report that. */
  readonly idleMs: number | undefined;
  /** Upper bound of the caller's wait by then. */
  readonly waitedMs: number;
}

/**
 * First calls of sandboxes with the state that existed before the request: times of one clock each, so offsets do not
 * matter.
 */
function colds(samples: readonly Sample[]): Cold[] {
  return samples.flatMap((sample) => {
    const { initMs, durationMs = 0, measured: reported } = sample.function ?? {};
    const { loadMs, idleMs } = reported ?? {};
    const client = clientMs(sample);
    if (sample.start !== 'cold' || initMs === undefined || typeof loadMs !== 'number' || client === undefined)
      return [];
    return [
      {
        sample,
        processMs: initMs,
        moduleMs: initMs - loadMs,
        idleMs: typeof idleMs === 'number' ? idleMs : undefined,
        waitedMs: client - durationMs,
      },
    ];
  });
}

function pooling(samples: readonly Sample[]): Finding {
  const all = colds(samples);
  const pooled = all.filter(
    ({ processMs, moduleMs, waitedMs, idleMs = Infinity }) =>
      processMs > waitedMs + MARGIN_MS &&
      moduleMs <= waitedMs + MARGIN_MS &&
      // Otherwise it was loading the function already when the request came.
      idleMs > (processMs - waitedMs) / 2,
  ).length;
  return finding(
    'pooling',
    pooled,
    all.length,
    'new sandboxes had a process from before the request, that loaded the function only then',
  );
}

function prewarming(samples: readonly Sample[]): Finding {
  const all = colds(samples);
  const ready = all.filter(({ moduleMs, waitedMs }) => moduleMs > waitedMs + MARGIN_MS).length;
  return finding('prewarming', ready, all.length, 'new sandboxes had loaded the function before the request');
}

/**
 * Code that is fetched only when it is needed makes the first cold start of new code longer than later ones. On another
 * host, a later one is a first again.
 */
function prefetching(samples: readonly Sample[]): Finding {
  const technique = 'prefetching';
  // Where the function was loaded before the request, it is unknown how long its code took.
  const late = new Set(
    colds(samples).flatMap(({ sample, moduleMs, waitedMs }) =>
      moduleMs <= waitedMs + MARGIN_MS ? [sample] : [],
    ),
  );
  const seen = new Set<string>();
  const times: Record<'first' | 'later', number[]> = { first: [], later: [] };
  for (const sample of samples) {
    const { role, unit, hostId = '' } = sample;
    const place = `${unit}/${hostId}`;
    const isKnown = seen.has(place);
    seen.add(place);
    const ms = clientMs(sample);
    if (ms === undefined || !late.has(sample)) continue;
    if (role === 'first') times.first.push(ms);
    else if (isKnown) times.later.push(ms);
  }
  const difference = meanDifference(times.first, times.later);
  const { low, high, value } = difference;
  if (low === undefined || high === undefined)
    return {
      technique,
      verdict: 'unknown',
      evidence: 'too few cold starts, first and later ones of the same host',
    };
  const usualMs = times.later.reduce((sum, ms) => sum + ms, 0) / times.later.length;
  const isSame = high < MATTERS * usualMs;
  // Otherwise each of them may have fetched its code, or none may have, because the code was already there.
  const isComparable = samples.every(
    ({ role, hostId, cell }) => hostId !== undefined && (role !== 'first' || cell?.['isRenewed'] === true),
  );
  const verdict = low > 0 ? 'not shown' : isSame && isComparable ? 'shown' : 'unknown';
  const meaning = {
    shown: 'so code is there before it is needed',
    'not shown': 'so code is fetched when it is needed',
    unknown: isSame ? 'but hosts are not known, or the code was not new' : 'which may be chance',
  }[verdict];
  return {
    technique,
    verdict,
    evidence: `the first cold start of new code takes ${short(value)} ms longer than later ones, ${meaning}`,
    estimate: difference,
  };
}

function finding(technique: Finding['technique'], hits: number, n: number, what: string): Finding {
  return {
    technique,
    verdict: n === 0 ? 'unknown' : hits > 0 ? 'shown' : 'not shown',
    evidence: `${hits} of ${n} ${what}`,
    estimate: estimateOf(hits, n),
  };
}

const estimateOf = (hits: number, n: number) => {
  const { value, low, high } = wilson(hits, n);
  return known({ value, low, high, n });
};
