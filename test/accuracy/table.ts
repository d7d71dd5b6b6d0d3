import { brierScore, reliability } from '../../collector/src/statistics/index.ts';
import { CELLS } from './cells.ts';
import type { Cell } from './cells.ts';
import type { PlayedHosts } from './hosts.ts';
import type { Played } from './play-cell.ts';
import type { PlayedPicks } from './random-picks.ts';
import type { MomentScore, StartScore } from './score.ts';

/** A line of the table: the target and the result. */
export interface Line {
  readonly what: string;
  readonly wanted: string;
  readonly reached: string;
  readonly n: string;
  /** Whether the target was met. */
  readonly holds: boolean;
}

const percent = (share: number, digits = 1): string => `${(100 * share).toFixed(digits)} %`;
const fixed = (value: number, digits = 3): string => value.toFixed(digits);
const shareOf = (values: readonly boolean[]): number => values.filter(Boolean).length / values.length;
const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >>> 1] ?? NaN;

/** Sums over moments. */
function pooled(moments: readonly MomentScore[]): {
  gone: number[];
  wasGone: boolean[];
  held: boolean[];
  recent: { gone: number[]; wasGone: boolean[]; held: boolean[] };
} {
  const gone = moments.flatMap((moment) => moment.gone);
  const wasGone = moments.flatMap((moment) => moment.wasGone);
  const held = moments.flatMap((moment) => moment.held);
  const isRecent = moments.flatMap((moment) => moment.isRecent);
  const of = <Value>(values: readonly Value[]): Value[] => values.filter((_, index) => isRecent[index]);
  return { gone, wasGone, held, recent: { gone: of(gone), wasGone: of(wasGone), held: of(held) } };
}

const recallOf = ({ wasGone, held }: { wasGone: boolean[]; held: boolean[] }): number =>
  shareOf(held.filter((_, index) => wasGone[index]));
const precisionOf = ({ wasGone, held }: { wasGone: boolean[]; held: boolean[] }): number =>
  shareOf(wasGone.filter((_, index) => held[index]));

/** All lines for the runs. */
export function linesOf(
  played: readonly Played[],
  picks: readonly PlayedPicks[],
  hosts: readonly PlayedHosts[],
): Line[] {
  const of = (...kinds: Cell['kind'][]): Played[] =>
    played.filter(({ cell }) => kinds.includes(CELLS[cell]!.kind));
  const fate = of('fate', 'faults');
  return [
    identity(of('fate', 'faults', 'goodbyes')),
    ...machines(hosts),
    ...fates(fate),
    ...alive(fate),
    ...intervals(fate),
    ...laws(fate, of('fate')),
    ...orders(of('fate'), picks),
    ...models(of('model')),
    causes(of('faults', 'goodbyes')),
    starts(of('fate', 'faults', 'goodbyes')),
    ...stated(of('fate', 'faults', 'goodbyes', 'lost')),
    ...lost(of('lost')),
    changed(of('changed')),
  ].filter((line) => line !== undefined);
}

function identity(played: readonly Played[]): Line {
  const moments = played.flatMap(({ moments }) => moments);
  const wrong = moments.filter(({ identified, known }) => identified !== known).length;
  return {
    what: 'identity',
    wanted: 'exact',
    reached: `${wrong} moments with a sandbox too many`,
    n: `${moments.length} moments`,
    holds: wrong === 0,
  };
}

function machines(played: readonly PlayedHosts[]): Line[] {
  const lines: Line[] = [];
  for (const name of [...new Set(played.map(({ hosts }) => hosts))].sort()) {
    const own = played.filter(({ hosts }) => hosts === name);
    const sum = (of: (run: PlayedHosts) => number): number => own.reduce((all, run) => all + of(run), 0);
    const n = `${sum(({ sandboxes }) => sandboxes)} sandboxes in ${own.length} runs`;
    if (name.startsWith('private')) {
      const claimed = sum((run) => run.claimed);
      lines.push({
        what: `hosts, ${name}`,
        wanted: 'none',
        reached: `${claimed} named`,
        n,
        holds: claimed === 0,
      });
      continue;
    }
    const precision = sum((run) => run.joinedRight) / sum((run) => run.joined);
    const recall = sum((run) => run.found) / sum((run) => run.together);
    lines.push({
      what: `hosts, ${name}: pairs put together; pairs that were together at once`,
      wanted: 'precision, recall ≥ 0.999',
      reached: `${fixed(precision, 4)}, ${fixed(recall, 4)}`,
      n,
      holds: precision >= 0.999 && recall >= 0.999,
    });
  }
  return lines;
}

function fates(played: readonly Played[]): Line[] {
  const own = pooled(played.flatMap(({ moments }) => moments));
  const oracle = pooled(played.flatMap(({ oracle }) => oracle));
  const n = `${own.gone.length} judgements`;
  const precision = precisionOf(own);
  const recall = recallOf(own);
  const recent = recallOf(own.recent);
  const oracleRecent = recallOf(oracle.recent);
  const table = reliability({ probabilities: own.gone, outcomes: own.wasGone });
  const rows = table?.rows ?? [];
  const large = rows.filter(({ came }) => came.n >= 1_000);
  const worst = Math.max(0, ...large.map(({ said, came }) => Math.abs(said - came.value!)));
  const brier = brierScore({ probabilities: own.recent.gone, outcomes: own.recent.wasGone }) ?? NaN;
  const oracleBrier =
    brierScore({ probabilities: oracle.recent.gone, outcomes: oracle.recent.wasGone }) ?? NaN;
  return [
    {
      what: '`evicted` without a goodbye: precision',
      wanted: '≥ 0.95',
      reached: fixed(precision, 4),
      n,
      holds: precision >= 0.95,
    },
    { what: '… recall of all gone', wanted: '≥ 0.95', reached: fixed(recall), n, holds: recall >= 0.95 },
    {
      what: '… recall of those used in the last hour',
      wanted: 'oracle − 0.05',
      reached: `${fixed(recent)} (oracle ${fixed(oracleRecent)})`,
      n: `${own.recent.gone.length} judgements`,
      holds: recent >= oracleRecent - 0.05,
    },
    {
      what: 'P(gone): deciles with ≥ 1,000 judgements',
      wanted: 'within 0.05',
      reached: `at most ${fixed(worst)} off in ${large.length} deciles (${rows.map(({ said, came }) => `${fixed(said, 2)} → ${fixed(came.value!, 2)} (${came.n})`).join(', ')})`,
      n,
      holds: worst <= 0.05,
    },
    {
      what: 'Brier score, used in the last hour',
      wanted: 'oracle + 0.01',
      reached: `${fixed(brier, 4)} (oracle ${fixed(oracleBrier, 4)})`,
      n: `${own.recent.gone.length} judgements`,
      holds: brier <= oracleBrier + 0.01,
    },
  ];
}

function alive(played: readonly Played[]): Line[] {
  const moments = played.flatMap(({ moments }) => moments.flatMap((moment) => moment.alive ?? []));
  const sure = moments.filter(({ said, variance }) => said > 0 && Math.sqrt(variance) <= 0.02 * said);
  const near = shareOf(sure.map(({ said, was }) => Math.abs(said - was) <= 0.05 * was));
  const within = shareOf(
    moments.map(({ said, was, variance }) => Math.abs(said - was) <= 2 * Math.sqrt(variance + 0.25)),
  );
  const total =
    moments.reduce((sum, { said }) => sum + said, 0) / moments.reduce((sum, { was }) => sum + was, 0) - 1;
  return [
    {
      what: 'alive, where √ΣP(1−P) ≤ 2 % of it',
      wanted: 'within 5 %',
      reached: `${percent(near)} of moments`,
      n: `${sure.length} moments`,
      holds: near >= 0.95,
    },
    {
      what: '… else within 2√(ΣP(1−P)+¼)',
      wanted: '≥ 95 % of moments',
      reached: `${percent(within)}; ${percent(total)} in sum`,
      n: `${moments.length} moments`,
      holds: within >= 0.95,
    },
  ];
}

function intervals(played: readonly Played[]): Line[] {
  const covered = played.flatMap(({ moments }) => moments.flatMap((moment) => moment.covered));
  const cells = [...new Set(played.map(({ cell }) => cell))];
  const widths = cells.map((cell) => {
    const own = played.filter((run) => run.cell === cell);
    const limit = Math.max(
      1.3 * median(own.flatMap(({ oracle }) => oracle.flatMap((moment) => moment.widths))),
      0.13 * median(own.flatMap(({ run }) => run.truthSeconds)),
    );
    return median(own.flatMap(({ moments }) => moments.flatMap((moment) => moment.widths))) <= limit;
  });
  const coverage = shareOf(covered);
  return [
    {
      what: 'eviction interval holds the truth',
      wanted: '≥ 95 %',
      reached: percent(coverage),
      n: `${covered.length} evictions`,
      holds: coverage >= 0.95,
    },
    {
      what: '… median width',
      wanted: '≤ max(1.3 × oracle, 13 % of keep-alive)',
      reached: `${widths.filter(Boolean).length} of ${widths.length} cells`,
      n: `${widths.length} cells`,
      holds: widths.every(Boolean),
    },
  ];
}

function laws(played: readonly Played[], named: readonly Played[]): Line[] {
  const said = played.filter(({ run }) => run.keepAlive);
  const all = said.map(({ run }) => run.keepAlive!);
  const lives = said.map(({ run }) => run.byTrueLives);
  const own = all.filter(({ isNamed }) => isNamed);
  const near = shareOf(own.map(({ ratio }) => Math.abs(ratio - 1) <= 0.05));
  const bySeen = shareOf(
    all.flatMap(({ isNamed }, index) => (isNamed ? [Math.abs(lives[index]! - 1) <= 0.05] : [])),
  );
  const off = median(own.map(({ ratio }) => Math.abs(ratio - 1)));
  const verdicts = named.map(({ run }) => run.family);
  const given = verdicts.filter((verdict) => verdict !== 'not-identified');
  const right = given.filter((verdict) => verdict === 'right').length / given.length;
  const few = named.filter(({ run }) => run.deaths < 25 && run.family !== 'not-identified').length;
  return [
    {
      what: 'keep-alive, where the law is named',
      wanted: 'within 5 %',
      reached: `${percent(near)} of runs; median ${percent(off)} off (best estimate from the true lives: ${percent(bySeen)})`,
      n: `${own.length} of ${all.length} runs`,
      holds: near >= 0.95,
    },
    {
      what: 'family of the law, where one is named',
      wanted: 'right ≥ 95 %',
      reached: `${percent(right)}; ${percent(1 - given.length / verdicts.length)} not identified`,
      n: `${given.length} of ${verdicts.length} runs`,
      holds: right >= 0.95,
    },
    {
      what: '… below 25 expected ends',
      wanted: 'not identified',
      reached: `${few} named`,
      n: `${named.filter(({ run }) => run.deaths < 25).length} runs`,
      holds: few === 0,
    },
  ];
}

function orders(played: readonly Played[], picks: readonly PlayedPicks[]): Line[] {
  const judged = played.filter(({ run }) => run.order.n >= 200);
  const right = shareOf(judged.map(({ run }) => run.order.said === run.order.is));
  const wrong = new Set(
    judged
      .filter(({ run }) => run.order.said !== run.order.is)
      .map(({ run }) => `${run.order.is} → ${run.order.said}`),
  );
  const lines: Line[] = [
    {
      what: 'pick order, with ≥ 200 choices',
      wanted: 'right ≥ 99 %',
      reached: `${percent(right)}${wrong.size > 0 ? ` (${[...wrong].join(', ')})` : ''}`,
      n: `${judged.length} runs`,
      holds: right >= 0.99,
    },
  ];
  for (const name of new Set(picks.map((own) => own.picks))) {
    const z = picks.filter((own) => own.picks === name).flatMap((own) => own.z ?? []);
    const mean = z.reduce((sum, value) => sum + value, 0) / z.length;
    const deviation = Math.sqrt(z.reduce((sum, value) => sum + (value - mean) ** 2, 0) / z.length);
    lines.push({
      what: `… z under random picks, ${name}`,
      wanted: 'mean ±0.15, sd 1 ± 0.1',
      reached: `mean ${fixed(mean, 2)}, sd ${fixed(deviation, 2)}`,
      n: `${z.length} seeds`,
      holds: Math.abs(mean) <= 0.15 && Math.abs(deviation - 1) <= 0.1,
    });
  }
  return lines;
}

function changed(played: readonly Played[]): Line | undefined {
  if (played.length === 0) return undefined;
  const moments = played.flatMap(({ moments }) => moments);
  const own = pooled(moments);
  const coverage = shareOf(moments.flatMap(({ covered }) => covered));
  const verdicts = played.map(({ run }) => run.family);
  const wrong = verdicts.filter((verdict) => verdict === 'wrong').length;
  const precision = precisionOf(own);
  const recall = recallOf(own);
  return {
    what: 'the platform changes its law at half of the run',
    wanted: 'precision, recall, intervals ≥ 0.95; no wrong family',
    reached: `${fixed(precision)}, ${fixed(recall)}, ${fixed(coverage)}; ${wrong} wrong families`,
    n: `${played.length} runs`,
    holds: precision >= 0.95 && recall >= 0.95 && coverage >= 0.95 && wrong === 0,
  };
}

function models(played: readonly Played[]): Line[] {
  const verdicts = played.map(({ run }) => run.model);
  const wrong = verdicts.filter(({ said, is }) => said !== is && said !== 'unknown').length;
  const unknown = verdicts.filter(({ said }) => said === 'unknown').length;
  return [
    {
      what: 'concurrency model',
      wanted: 'no wrong verdict',
      reached: `${wrong} wrong, ${unknown} unknown`,
      n: `${verdicts.length} runs`,
      holds: wrong === 0,
    },
  ];
}

function causes(played: readonly Played[]): Line {
  const moments = played.flatMap(({ moments }) => moments);
  const n = moments.reduce((sum, { causes }) => sum + causes, 0);
  const right = moments.reduce((sum, { causesRight }) => sum + causesRight, 0) / n;
  return {
    what: 'causes, where knowable',
    wanted: '≥ 95 % right',
    reached: percent(right),
    n: `${n} evictions`,
    holds: right >= 0.95,
  };
}

function starts(played: readonly Played[]): Line {
  const all = played.map(({ run }) => run.starts);
  const sum = (of: (score: StartScore) => number): number => all.reduce((total, own) => total + of(own), 0);
  const [seen, said, right] = [sum((own) => own.starts), sum((own) => own.said), sum((own) => own.right)];
  return {
    what: 'causes of cold starts, where one is named',
    wanted: '≥ 95 % right',
    reached: `${percent(right / said)}, ${percent(said / seen)} named`,
    n: `${seen} cold starts`,
    holds: right / said >= 0.95,
  };
}

function stated(played: readonly Played[]): Line[] {
  const line = (what: string, covered: readonly boolean[]): Line => {
    const share = shareOf(covered);
    return {
      what: `stated 95 % interval: ${what}`,
      wanted: '≥ 93 %',
      reached: percent(share),
      n: `${covered.length} data sets`,
      holds: share >= 0.93,
    };
  };
  return [
    line(
      'keep-alive',
      played.flatMap(({ run }) => run.keepAlive?.isCovered ?? []),
    ),
    line(
      'number alive',
      played.flatMap(({ moments }) =>
        moments.flatMap(({ alive }) =>
          alive ? alive.was >= Math.floor(alive.low) && alive.was <= Math.ceil(alive.high) : [],
        ),
      ),
    ),
    line(
      'share lost',
      played.flatMap(({ run }) => (run.loss && run.loss.is > 0 ? run.loss.isCovered : [])),
    ),
  ];
}

function lost(played: readonly Played[]): Line[] {
  return [0.1, 0.3, 0.5].map((share) => {
    const own = played.filter(({ cell }) => CELLS[cell]!.scenario.lost === share);
    const moments = own.flatMap(({ moments }) => moments);
    const counted = moments.flatMap(({ alive }) => alive ?? []);
    const error =
      counted.reduce((sum, { said }) => sum + said, 0) / counted.reduce((sum, { was }) => sum + was, 0) - 1;
    const coverage = shareOf(moments.flatMap(({ covered }) => covered));
    const oracle = shareOf(own.flatMap(({ oracle }) => oracle.flatMap(({ covered }) => covered)));
    const withheld = `${moments.length - counted.length} of ${moments.length} counts withheld`;
    return {
      what: `${percent(share, 0)} of spans lost`,
      wanted: share <= 0.3 ? 'alive within 5 %, intervals ≥ 95 %' : 'withheld, with the reason',
      reached: `${counted.length === 0 ? '' : `alive ${percent(error)}, `}intervals ${percent(coverage)} (oracle ${percent(oracle)}), ${withheld}`,
      n: `${own.length} runs`,
      holds: share <= 0.3 ? Math.abs(error) <= 0.05 && coverage >= 0.95 : counted.length === 0,
    };
  });
}
