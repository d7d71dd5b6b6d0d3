import { useMemo } from 'react';
import type { PointsAnswer, SandboxesAnswer } from '../api/answers.ts';
import { usePoints, useSandboxes } from '../api/points.ts';
import type { Answer } from '../api/use-answer.ts';
import { domainOf } from '../charts/domain.ts';
import { lifeOf } from '../charts/lifelines.ts';
import type { Busy, Life } from '../charts/lifelines.ts';

export interface Lives {
  readonly sandboxes: Answer<SandboxesAnswer>;
  readonly points: Answer<PointsAnswer>;
  readonly lives: readonly Life[];
  readonly domain: readonly [number, number];
}

/** Sandboxes of a range with their calls. */
export function useLives(query: Readonly<Record<string, string | undefined>>, isLive: boolean): Lives {
  const sandboxes = useSandboxes(query, isLive);
  const points = usePoints(query, isLive);
  const made = useMemo(() => {
    const busy = new Map<string, Busy[]>();
    for (const { sandbox, startUnixMs, durationMs, cold = false, failed = false } of points.data?.points ??
      []) {
      if (sandbox === undefined) continue;
      const list = busy.get(sandbox) ?? [];
      busy.set(sandbox, list);
      list.push({ fromMs: startUnixMs, toMs: startUnixMs + durationMs, isCold: cold, failed });
    }
    const { data } = sandboxes;
    const [fromMs, toMs] = data ? [Date.parse(data.from), Date.parse(data.to)] : [0, 1];
    const asOfMs = Math.min(toMs, Date.now());
    const lives = (data?.sandboxes ?? []).map((sandbox) =>
      lifeOf(sandbox, busy.get(sandbox.id) ?? [], asOfMs),
    );
    const first = lives.reduce((least, { firstMs }) => Math.min(least, firstMs), Infinity);
    return { lives, domain: domainOf(fromMs, toMs, Number.isFinite(first) ? first : undefined) };
  }, [sandboxes.data, points.data]);
  return { sandboxes, points, ...made };
}
