import { CELLS } from './cells.ts';
import { dataSet, evidenceAt, judgeAt, oracleOf } from './data-set.ts';
import { scoreMoment, scoreRun } from './score.ts';
import type { MomentScore, RunScore } from './score.ts';

/** One run of one cell, judged at several moments, compared with a judge that knows law and order. */
export interface Played {
  readonly cell: number;
  readonly seed: number;
  readonly moments: readonly MomentScore[];
  readonly oracle: readonly MomentScore[];
  readonly run: RunScore;
}

/** Shares of the run at which it is judged; at the first, only half of a daily law has been seen. */
const MOMENTS = [0.5, 0.83, 1];
/** For scenarios in which few sandboxes live at any one moment and their number is estimated. */
const MANY_MOMENTS = [0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1];

/** @param isShort judged only at the end, without the judge that knows the law */
export function playCell(cell: number, seed: number, isShort = false): Played {
  const { scenario, kind } = CELLS[cell]!;
  const data = dataSet(scenario, seed);
  const moments: MomentScore[] = [];
  const oracle: MomentScore[] = [];
  let run: RunScore | undefined;
  const known = oracleOf(data);
  const shares = kind === 'lost' ? MANY_MOMENTS : MOMENTS;
  for (const share of kind === 'model' || isShort ? [1] : shares) {
    const seconds = share * data.run.seconds;
    const history = evidenceAt(data, seconds);
    const judgement = judgeAt(data, seconds, undefined, history);
    if (!judgement) continue;
    run = scoreRun(data, judgement);
    if (kind === 'model') continue;
    moments.push(scoreMoment(data, seconds, judgement));
    if (!isShort) oracle.push(scoreMoment(data, seconds, judgeAt(data, seconds, known, history)!));
  }
  if (!run) throw new Error(`${scenario.name}, seed ${seed}: no call`);
  return { cell, seed, moments, oracle, run };
}
