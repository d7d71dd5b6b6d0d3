import { encodeRequest } from '../otlp-json.ts';
import type { Recorder } from '../recorder.ts';
import { writeLine } from './delivery.ts';
import type { DeliveryParts } from './delivery.ts';
import { postNow } from './post-now.ts';

// The start of a thread on a small share of a core, and an answer from near by.
const LAST_POST_MS = 500;

/**
 * In the `exit` event of the process: sends everything that waits, blocking for at most half a second; what is not
 * accepted is left to the next process of the sandbox, where there may be one. An export under way is sent again: the
 * collector knows its spans by their ids.
 */
export function sayLastWords(parts: DeliveryParts, recorder: Recorder, interrupted: boolean): void {
  const { config, buffer, exporter, encode, resource } = parts;
  // A process that ends while nothing runs has come to its natural end, and is not held up for that news.
  if (interrupted) recorder.sayGoodbye('exit', true);
  encode();
  if (config.mode === 'stdout') return writeLine(parts);
  const spans = [...exporter.underWay, ...buffer.takeAll()];
  if (spans.length === 0) return;
  const body = encodeRequest(resource(), spans);
  // A collector that is known to be away is not worth the time.
  if (exporter.waitMs === 0) {
    const { endpoint: url } = config;
    const headers = { ...config.headers, 'content-type': 'application/json' };
    const status = postNow({ url, headers, body, timeoutMillis: LAST_POST_MS });
    if (status !== undefined && status < 300) return;
  }
  if (interrupted) recorder.leave(body);
}

/** Leaves what could not be sent to the next process of the sandbox. */
export function leaveSpans({ buffer, resource }: DeliveryParts, recorder: Recorder): void {
  recorder.leave(encodeRequest(resource(), buffer.takeAll()));
}
