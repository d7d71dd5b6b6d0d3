import { summarise } from '../evidence/index.ts';
import type { Goodbye, Use } from '../evidence/index.ts';
import { judge } from './index.ts';
import type { Judgement } from './index.ts';

export const ORIGIN_MS = Date.UTC(2026, 10, 2);

/** A call of a sandbox, this many seconds after the origin; 100 ms long by default. */
export function use(
  sandbox: string,
  seconds: number,
  more: Partial<Use> & { readonly lastsMs?: number } = {},
): Use {
  const { lastsMs = 100, ...given } = more;
  const startMs = ORIGIN_MS + 1e3 * seconds;
  return { sandbox, version: '1', cold: false, ...given, startMs, endMs: startMs + lastsMs };
}

/** The judgement of uses as of this many seconds after the origin. */
export function judgedAt(
  seconds: number,
  uses: readonly Use[],
  goodbyes: readonly Goodbye[] = [],
): Judgement {
  return judge(summarise({ uses, goodbyes }), ORIGIN_MS + 1e3 * seconds)!;
}
