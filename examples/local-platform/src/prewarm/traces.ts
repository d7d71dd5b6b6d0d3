import type { FunctionId } from '../function-name.ts';

interface Caller {
  readonly config: FunctionId;
  followedBy(name: string): void;
}

interface UnderWay {
  readonly caller: Caller;
  /** Functions that it was followed by. */
  readonly followers: Set<string>;
}

/**
 * Recognises calls that come from a call which is still under way: they carry the same trace, if the function passes
 * its `_X_AMZN_TRACE_ID` on in `X-Amzn-Trace-Id`, as AWS's own client does.
 */
export class Traces {
  /** By the root of the trace. */
  readonly #underWay = new Map<string, Set<UnderWay>>();

  /**
   * A call begins.
   *
   * @returns to be called when it is answered
   */
  begin(caller: Caller, traceId: string): () => void {
    const root = /(?:^|;)\s*Root=([^;]+)/.exec(traceId)?.[1] ?? traceId;
    const others = this.#underWay.get(root) ?? new Set();
    const { name, region, account } = caller.config;
    for (const { caller: other, followers } of others) {
      const { config } = other;
      const isOther = config.name !== name && config.region === region && config.account === account;
      if (!isOther || followers.has(name)) continue;
      followers.add(name);
      other.followedBy(name);
    }
    const own: UnderWay = { caller, followers: new Set() };
    this.#underWay.set(root, others.add(own));
    return () => {
      others.delete(own);
      if (others.size === 0 && this.#underWay.get(root) === others) this.#underWay.delete(root);
    };
  }
}
