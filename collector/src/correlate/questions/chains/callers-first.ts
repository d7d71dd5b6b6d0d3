import { TOLERANCE_MS } from './critical-path.ts';
import type { Link, Trace } from './evidence.ts';

/** A trace in which no invocation begins before its caller, or the knowledge that its clocks cannot be compared. */
export interface Ordered {
  /** The invocation that all others follow. */
  readonly root: Link;
  /** By start, callers before those they call; absent if by the clocks of their hosts a call begins before its caller. */
  readonly trace: Trace | undefined;
}

/** Orders a trace by who called whom, where parent spans tell it, and else by start. */
export function callersFirst(trace: Trace): Ordered {
  const bySpan = new Map(trace.map((link) => [link.spanId, link]));
  const callerOf = (link: Link): Link | undefined => {
    const caller = bySpan.get(link.parentSpanId);
    return caller === link ? undefined : caller;
  };
  const depths = new Map<Link, number>();
  for (const link of trace) {
    let depth = 0;
    // A circle of parents ends here, too.
    for (let up = callerOf(link); up !== undefined && depth < trace.length; up = callerOf(up)) depth += 1;
    depths.set(link, depth);
  }
  const byDepth = trace.toSorted((a, b) => depths.get(a)! - depths.get(b)!);
  const root = byDepth[0]!;
  const moved = new Map<Link, Link>();
  for (const link of byDepth) {
    const caller = callerOf(link);
    const earliestMs = caller === undefined ? -Infinity : (moved.get(caller) ?? caller).startMs;
    if (link.startMs < earliestMs - TOLERANCE_MS) return { root, trace: undefined };
    // Clocks that agree within their tolerance do not tell which of two was first.
    const startMs = Math.max(link.startMs, earliestMs);
    moved.set(link, startMs === link.startMs ? link : Object.assign({}, link, { startMs }));
  }
  return { root, trace: byDepth.map((link) => moved.get(link)!).sort((a, b) => a.startMs - b.startMs) };
}
