import { duration, share } from '../words.ts';
import type { Trace } from './spans.ts';

/** Why did this call take so long? */
export function traceVerdict({ spans, totalMs, answeredMs }: Trace): string {
  const root = spans[0];
  if (!root) return '';
  const isSeenByCaller = root.what === 'caller';
  const took = `${isSeenByCaller ? 'The caller waited' : 'The call took'} ${duration(isSeenByCaller ? answeredMs : root.endMs - root.startMs)}`;
  const starts = spans.filter(({ what }) => what === 'start');
  const startMs = starts.reduce((sum, span) => sum + span.endMs - span.startMs, 0);
  if (startMs > 0)
    return `${took}; ${duration(startMs)} ${isSeenByCaller ? 'of it' : 'before it'} because no sandbox was free.`;
  const io = spans
    .filter(({ what }) => what === 'io')
    .reduce((sum, span) => sum + span.endMs - span.startMs, 0);
  const code = spans.find(({ what }) => what === 'code');
  if (io > 0 && code && io <= code.endMs - code.startMs)
    return `${took}, warm; ${duration(io)} of it I/O (${share(io / totalMs)}).`;
  return `${took}, warm; no cold start, no I/O that was seen.`;
}
