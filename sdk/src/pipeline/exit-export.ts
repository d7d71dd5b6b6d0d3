import type { SpanPipeline } from './span-pipeline.ts';
import { writeLine } from './deliveries.ts';
import { postNow } from '../export/post-now.ts';

// Time to start a thread on a small share of a core, plus an answer from nearby.
const LAST_POST_MS = 500;

/**
 * Called in the `exit` event of the process: sends all waiting spans. Blocks for at most half a second, or for the
 * maximum delay of responses if that is longer. Spans that are not accepted are left to the sandbox's next process, if
 * there may be one. The spans of an export in progress are sent again: the collector recognises them by their ids.
 */
export function exportAtExit(pipeline: SpanPipeline, interrupted: boolean): void {
  const { config, buffer, exporter, recorder } = pipeline;
  pipeline.encode();
  if (config.mode === 'stdout') return writeLine(pipeline);
  const waiting = buffer.takeAll();
  // Spans that were sent too early are sent again, now corrected.
  const corrected = new Set(waiting.map(spanIdOf));
  const spans = [...exporter.underWay.filter((span) => !corrected.has(spanIdOf(span))), ...waiting];
  if (spans.length === 0) return;
  const body = pipeline.request(spans);
  // A collector that is known to be unreachable is not worth the time.
  if (exporter.waitMs === 0) {
    const { endpoint: url } = config;
    const headers = { ...config.headers, 'content-type': 'application/json' };
    const timeoutMillis = Math.max(LAST_POST_MS, config.syncTimeoutMillis);
    const status = postNow({ url, headers, body, timeoutMillis });
    if (status !== undefined && status < 300) return;
  }
  if (interrupted) recorder.tracker.leaveRequest(body);
}

/** Leaves unsent spans to the sandbox's next process. */
export function leaveSpans(pipeline: SpanPipeline): void {
  const body = pipeline.request(pipeline.buffer.takeAll());
  pipeline.recorder.tracker.leaveRequest(body);
}

/** Id of an encoded span. */
function spanIdOf(span: string): string | undefined {
  return /"spanId":"(\w+)"/.exec(span)?.[1];
}
