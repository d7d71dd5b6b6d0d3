import * as semconv from '@sandscope/probes/semconv';
import type { IoUsage, Tally } from './io-watch.ts';
import type { Attributes } from '../otlp/span.ts';

/** The difference between two readings, as attributes; anything not watched at either reading is absent. */
export function ioAttributes(before: IoUsage | undefined, after: IoUsage | undefined): Attributes {
  if (before === undefined || after === undefined) return {};
  const dns = between(before.dns, after.dns);
  const connect = between(before.connect, after.connect);
  const http = between(before.http, after.http);
  const fs = between(before.fs, after.fs);
  return {
    [semconv.ATTR_IO_DNS_COUNT]: dns?.count,
    [semconv.ATTR_IO_DNS_MS]: dns?.ms,
    [semconv.ATTR_IO_CONNECT_COUNT]: connect?.count,
    [semconv.ATTR_IO_CONNECT_MS]: connect?.ms,
    [semconv.ATTR_IO_HTTP_COUNT]: http?.count,
    [semconv.ATTR_IO_HTTP_MS]: http?.ms,
    [semconv.ATTR_IO_FS_COUNT]: fs?.count,
    [semconv.ATTR_IO_FS_MS]: fs?.ms,
  };
}

function between(before: Tally | undefined, after: Tally | undefined): Tally | undefined {
  return before && after && { count: after.count - before.count, ms: after.ms - before.ms };
}
