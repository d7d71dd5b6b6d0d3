import type { Judgement } from '../../judge/index.ts';

/** Share of idle sandboxes kept beyond an idle time. */
export interface CurvePoint {
  readonly idleMs: number;
  readonly kept: number;
  readonly low: number;
  readonly high: number;
}

const MOST_POINTS = 64;
/** Beyond this, the curve adds no information. */
const NEARLY = 0.002;

/** The falling part of the survival, in at most 64 points. */
export function curveOf({ edgesMs, kept, band }: Judgement['survival']): CurvePoint[] {
  const first = Math.max(0, kept.findIndex((value) => value < 1 - NEARLY) - 1);
  const end = kept.findIndex((value) => value < NEARLY);
  const last = end < 0 ? kept.length - 1 : end;
  const stride = Math.max(1, Math.ceil((last - first) / (MOST_POINTS - 1)));
  const points: CurvePoint[] = [];
  for (let edge = first; edge < last + stride && edge < kept.length; edge += stride) {
    points.push({
      idleMs: edgesMs[edge]!,
      kept: kept[edge]!,
      low: Math.min(kept[edge]!, band?.low[edge] ?? 0),
      high: Math.max(kept[edge]!, band?.high[edge] ?? 1),
    });
  }
  return points;
}
