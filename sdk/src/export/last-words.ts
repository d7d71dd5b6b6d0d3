import type { SpanPipeline } from '../late/span-pipeline.ts';
import { encodeRequest } from '../span/otlp-json.ts';
import { writeLine } from './deliveries.ts';
import { postNow } from './post-now.ts';

// The start of a thread on a small share of a core, and an answer from near by.
const LAST_POST_MS = 500;

/**
 * In the `exit` event of the process: sends everything that waits, blocking for at most half a second, or as long as
 * responses may be held where that is longer; what is not accepted is left to the next process of the sandbox, where
 * there may be one. An export under way is sent again: the collector knows its spans by their ids.
 */
export function sayLastWords(pipeline: SpanPipeline, interrupted: boolean): void {
  const { config, buffer, exporter, recorder } = pipeline;
  pipeline.encode();
  if (config.mode === 'stdout') return writeLine(pipeline);
  const waiting = buffer.takeAll();
  // What was said too early is said better now.
  const corrected = new Set(waiting.map(spanIdOf));
  const spans = [...exporter.underWay.filter((span) => !corrected.has(spanIdOf(span))), ...waiting];
  if (spans.length === 0) return;
  const body = encodeRequest(pipeline.resource(), spans);
  // A collector that is known to be away is not worth the time.
  if (exporter.waitMs === 0) {
    const { endpoint: url } = config;
    const headers = { ...config.headers, 'content-type': 'application/json' };
    const timeoutMillis = Math.max(LAST_POST_MS, config.syncTimeoutMillis);
    const status = postNow({ url, headers, body, timeoutMillis });
    if (status !== undefined && status < 300) return;
  }
  if (interrupted) recorder.life.leave(body);
}

/** Leaves what could not be sent to the next process of the sandbox. */
export function leaveSpans(pipeline: SpanPipeline): void {
  const body = encodeRequest(pipeline.resource(), pipeline.buffer.takeAll());
  pipeline.recorder.life.leave(body);
}

/** Of an encoded span. */
function spanIdOf(span: string): string | undefined {
  return /"spanId":"(\w+)"/.exec(span)?.[1];
}
