import { context, propagation, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { setTimeout as sleep } from 'node:timers/promises';
import { seededRandom } from './random.ts';

/**
 * The load of the demo: three functions with three patterns. Steady traffic keeps its sandboxes, bursts create many at
 * once, and idle gaps longer than the platform's idle limit lose them again.
 */
export interface LoadOptions {
  /** Base URL of the platform. */
  readonly platform: string;
  readonly seed: number;
  /** The platform evicts a sandbox that is idle for longer; gaps are chosen around it. ms. */
  readonly idleLimitMillis: number;
  /** Ends the load; waits for calls in flight. */
  readonly signal: AbortSignal;
}

export interface LoadResult {
  readonly calls: number;
  readonly failed: number;
  readonly lastError?: string;
}

/** Calls functions until the signal; resolves when the last call was answered. */
export async function runLoad({ platform, seed, idleLimitMillis, signal }: LoadOptions): Promise<LoadResult> {
  const tracer = trace.getTracer('sandscope-demo');
  let calls = 0;
  let failed = 0;
  let lastError: string | undefined;

  /** One call as a client span. Its context travels in the W3C header and becomes the parent of the invocation. */
  async function call(name: string, body: unknown): Promise<void> {
    calls += 1;
    await tracer.startActiveSpan(`call ${name}`, { kind: SpanKind.CLIENT }, async (span) => {
      const headers: Record<string, string> = { 'content-type': 'application/json' };
      propagation.inject(context.active(), headers);
      try {
        const response = await fetch(`${platform}/url/${name}/`, {
          method: 'POST',
          headers,
          body: JSON.stringify(body),
        });
        const text = await response.text();
        if (!response.ok) throw new Error(`${name} answered ${response.status}: ${text.slice(0, 200)}`);
      } catch (error) {
        failed += 1;
        lastError = error instanceof Error ? error.message : String(error);
        span.setStatus({ code: SpanStatusCode.ERROR, message: lastError });
      } finally {
        span.end();
      }
    });
  }

  async function pause(millis: number): Promise<void> {
    await sleep(millis, undefined, { signal }).catch(() => {});
  }

  async function steady(random: () => number): Promise<void> {
    while (!signal.aborted) {
      await call('add', { a: Math.floor(random() * 100), b: Math.floor(random() * 100) });
      await pause(150 + random() * 350);
    }
  }

  /** `io` calls `burn`. */
  async function bursts(random: () => number): Promise<void> {
    const url = `${platform}/url/burn/?milliseconds=30`;
    while (!signal.aborted) {
      const width = 2 + Math.floor(random() * 4);
      await Promise.all(Array.from({ length: width }, () => call('io', { kilobytes: 64, url })));
      // Mostly within the idle limit, now and then past it.
      await pause(idleLimitMillis * (random() < 0.7 ? 0.2 + random() * 0.4 : 1.4 + random() * 0.4));
    }
  }

  async function gaps(random: () => number): Promise<void> {
    while (!signal.aborted) {
      for (let n = 0; n < 3 && !signal.aborted; n += 1) {
        await call('burn', { milliseconds: 20 + Math.floor(random() * 40) });
        await pause(300);
      }
      await pause(idleLimitMillis * (1.3 + random() * 0.4));
    }
  }

  await Promise.all([
    steady(seededRandom(seed)),
    bursts(seededRandom(seed + 1)),
    gaps(seededRandom(seed + 2)),
  ]);
  return { calls, failed, ...(lastError !== undefined && { lastError }) };
}
