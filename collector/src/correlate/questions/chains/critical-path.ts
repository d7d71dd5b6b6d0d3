import type { Link, Trace } from './evidence.ts';

/** The time that a trace spent until its end. */
export interface CriticalPath {
  /** From the first wait to the last end, ms. */
  readonly totalMs: number;
  /** Initialisation on the path, by invocation, in the order of the trace. */
  readonly coldMs: readonly number[];
  /** Time on the path in which no invocation ran: queues and untraced work. */
  readonly betweenMs: number;
  /** Longest sequence of invocations, each called by the previous one. */
  readonly depth: number;
}

/** Clocks of two hosts agree to within this, ms. */
export const TOLERANCE_MS = 2;

interface Node {
  readonly index: number;
  /** When its caller began to wait for it. */
  readonly fromMs: number;
  readonly startMs: number;
  readonly endMs: number;
  readonly children: Node[];
}

/**
 * The critical path of a trace, walked backwards from its end: into the invocation that ended last, and from its start
 * on in its caller. Initialisation precedes its invocation, and the caller waits for it.
 *
 * Callers follow from parent spans where available, else from which invocation encloses which. An invocation that
 * begins in another and outlives it was handed over and follows it.
 */
export function criticalPath(trace: Trace): CriticalPath {
  const nodes = trace.map(nodeOf);
  const fromMs = Math.min(...nodes.map((node) => node.fromMs));
  const toMs = Math.max(...nodes.map(({ endMs }) => endMs));
  const root: Node = { index: -1, fromMs, startMs: fromMs, endMs: toMs, children: [] };
  for (const node of nodes) (callerOf(node, nodes, trace) ?? root).children.push(node);
  const coldMs = nodes.map(() => 0);
  let betweenMs = 0;
  const own = (node: Node, begin: number, end: number): void => {
    if (end <= begin) return;
    if (node.index < 0) betweenMs += end - begin;
    else coldMs[node.index]! += Math.max(0, Math.min(end, node.startMs) - Math.max(begin, node.fromMs));
  };
  const walk = (node: Node, until: number): void => {
    let at = Math.min(until, node.endMs);
    const left = new Set(node.children);
    for (;;) {
      let last: Node | undefined;
      for (const child of left) {
        if (child.fromMs >= at) left.delete(child);
        else if (last === undefined || isLater(child, last, at)) last = child;
      }
      if (last === undefined) break;
      left.delete(last);
      own(node, Math.min(at, last.endMs), at);
      walk(last, at);
      at = Math.max(node.fromMs, last.fromMs);
    }
    own(node, node.fromMs, at);
  };
  walk(root, toMs);
  return { totalMs: toMs - fromMs, coldMs, betweenMs, depth: depthOf(root) - 1 };
}

/** Of two that had both ended by then, the one that started later. */
function isLater(a: Node, b: Node, at: number): boolean {
  const [endA, endB] = [Math.min(a.endMs, at), Math.min(b.endMs, at)];
  return endA > endB || (endA === endB && a.fromMs > b.fromMs);
}

function nodeOf({ startMs, endMs, initMs }: Link, index: number): Node {
  return { index, fromMs: startMs - initMs, startMs, endMs, children: [] };
}

function callerOf(node: Node, nodes: readonly Node[], trace: Trace): Node | undefined {
  const { parentSpanId, environment } = trace[node.index]!;
  let caller: Node | undefined;
  for (const other of nodes) {
    // Invocations that began at the same moment are taken in the order of the trace, so that none calls its caller.
    const isBefore =
      other.startMs < node.startMs || (other.startMs === node.startMs && other.index < node.index);
    if (!isBefore) continue;
    const encloses = node.endMs <= other.endMs + TOLERANCE_MS;
    if (!encloses) continue;
    if (parentSpanId !== '' && trace[other.index]!.spanId === parentSpanId) return other;
    const isElsewhere = environment === '' || trace[other.index]!.environment !== environment;
    if (isElsewhere && (caller === undefined || other.startMs >= caller.startMs)) caller = other;
  }
  return caller;
}

function depthOf({ children }: Node): number {
  return 1 + Math.max(0, ...children.map(depthOf));
}
