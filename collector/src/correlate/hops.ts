import { boundHops } from './hop-bounds.ts';
import type { HopBounds } from './hop-bounds.ts';
import { hopRates } from './hop-rate.ts';
import type { HopBlock, HopRates } from './hop-rate.ts';
import type { HostOf } from './hosts.ts';
import { lifelineKey } from './lifelines.ts';
import type { Invocation } from './lifelines.ts';

/** Moves of one function between hosts, over consecutive invocations with both hosts known. */
export interface Hops extends HopRates {
  /** Consecutive pairs with both hosts known. */
  readonly pairs: number;
  /** Pairs on different hosts. */
  readonly hops: number;
  /** Pairs in different sandboxes of one host. */
  readonly sandboxHops: number;
  /** Bounds of the hops over all orders compatible with the overlaps; the order of starts is one of them. */
  readonly bounds: HopBounds;
  /** Counts of pairs, hosts in order of first appearance. */
  readonly transitions: readonly { readonly from: string; readonly to: string; readonly count: number }[];
  /** Invocations on known hosts. */
  readonly known: number;
  readonly sequence: readonly HopStep[];
}

/** A stay: consecutive invocations on one host. */
export interface HopStep {
  readonly host: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly invocations: number;
}

/**
 * Counts hops of one function.
 *
 * @param invocations of one function, ascending by function-side start
 */
export function countHops(invocations: readonly Invocation[], hosts: ReadonlyMap<string, HostOf>): Hops {
  const perHost = new Map<string, number>();
  const transitions = new Map<string, { from: string; to: string; count: number }>();
  const sequence: { host: string; fromMs: number; toMs: number; invocations: number }[] = [];
  let pairs = 0;
  let hops = 0;
  let sandboxHops = 0;
  let known = 0;
  const blocks: HopBlock[] = [];
  let previous: { host: string; sandbox: string } | undefined;
  for (const invocation of invocations) {
    const sandbox = lifelineKey(invocation);
    const host = hosts.get(sandbox)?.id;
    if (host === undefined) {
      previous = undefined;
      continue;
    }
    known += 1;
    perHost.set(host, (perHost.get(host) ?? 0) + 1);
    if (previous) {
      pairs += 1;
      blocks.push({ hops: previous.host === host ? 0 : 1, pairs: 1 });
      if (previous.host !== host) hops += 1;
      else if (previous.sandbox !== sandbox) sandboxHops += 1;
      const name = `${previous.host}\0${host}`;
      const cell = transitions.get(name) ?? { from: previous.host, to: host, count: 0 };
      cell.count += 1;
      transitions.set(name, cell);
    }
    const stay = sequence.at(-1);
    if (stay && previous?.host === host) {
      stay.toMs = Math.max(stay.toMs, invocation.endMs);
      stay.invocations += 1;
    } else {
      sequence.push({ host, fromMs: invocation.startMs, toMs: invocation.endMs, invocations: 1 });
    }
    previous = { host, sandbox };
  }
  return {
    pairs,
    hops,
    sandboxHops,
    bounds: boundHops(
      invocations.map((invocation) => ({ ...invocation, host: hosts.get(lifelineKey(invocation))?.id })),
    ),
    ...hopRates(blocks, perHost.values()),
    transitions: [...transitions.values()],
    known,
    sequence,
  };
}
