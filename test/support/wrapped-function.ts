/** One wrapped function on the local platform, with a fake collector that keeps what it receives. */
import { onTestFinished, vi } from 'vitest';
import type { FunctionConfig, PlatformConfigInput } from '../../examples/local-platform/src/config.ts';
import {
  startTestPlatform,
  type Answer,
  type TestPlatform,
} from '../../examples/local-platform/src/test-platform.ts';
import {
  startCollector,
  type ReceivedSpan,
  type TestCollector,
} from '../../sdk/src/testing/test-collector.ts';

export interface WrappedFunction {
  readonly platform: TestPlatform;
  readonly collector: TestCollector;
  /** Invokes it, and waits until its sandboxes are idle. */
  call(payload?: unknown): Promise<Answer>;
  /** Spans of its invocations that have arrived, in this order. */
  invocations(): ReceivedSpan[];
  /** Spans of that name that have arrived. */
  named(name: string): ReceivedSpan[];
}

export interface FunctionOptions extends Partial<Omit<FunctionConfig, 'name' | 'source'>> {
  readonly platform?: Partial<PlatformConfigInput>;
}

/**
 * @param source handler module; `wrap` is imported for it
 */
export async function startFunction(source: string, options: FunctionOptions = {}): Promise<WrappedFunction> {
  const { platform: platformConfig, ...config } = options;
  const collector = await startCollector();
  onTestFinished(() => collector[Symbol.asyncDispose]());
  const commonJs = /\bmodule\.exports\b/.test(source);
  const load = commonJs
    ? `const { wrap } = require('@sandscope/sdk');\n`
    : `import { ready, wrap } from '@sandscope/sdk';\n`;
  const platform = await startTestPlatform(
    { f: load + source + (commonJs ? '' : '\nawait ready();') },
    { collector: collector.endpoint, ...platformConfig },
    {
      ...config,
      // The default is too short for a busy test machine.
      environment: { SANDSCOPE_SYNC_TIMEOUT_MILLIS: '3000', ...config.environment },
    },
  );
  const named = (name: string): ReceivedSpan[] => {
    const spans = collector.spans.filter((span) => span.name === name);
    // Spans in flight when a process ended are sent again; a collector recognises spans by their ids.
    return [...new Map(spans.map((span) => [span.spanId, span])).values()];
  };
  return {
    platform,
    collector,
    async call(payload = {}) {
      const answer = await platform.call('f', payload);
      await vi.waitFor(() => platform.atRest(), { timeout: 60_000 });
      return answer;
    },
    invocations: () => named('f'),
    named,
  };
}

/** An attribute of a span, by its name without the prefix `sandscope.`, otherwise by its full name. */
export function attribute(span: ReceivedSpan | undefined, name: string): unknown {
  return span?.attributes[`sandscope.${name}`] ?? span?.attributes[name];
}

/** How long a span lasted. */
export function durationMs({ startTimeUnixNano, endTimeUnixNano }: ReceivedSpan): number {
  return Number(BigInt(endTimeUnixNano) - BigInt(startTimeUnixNano)) / 1e6;
}
