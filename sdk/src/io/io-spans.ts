import * as semconv from '@sandscope/probes/semconv';
import { momentAt } from '../clock/moment.ts';
import { randomHex } from '../trace/random-id.ts';
import type { Attributes, Span } from '../otlp/span.ts';
import { KIND_CLIENT, KIND_INTERNAL, spanFlags } from '../otlp/span.ts';
import type { IoOperation } from './operations.ts';

// IPv4, or IPv6 with or without brackets.
const ADDRESS = /^(?:\d+(?:\.\d+){3}|\[?[\da-f:.]*:[\da-f:.]*(?:%\w+)?\]?)$/i;

/**
 * The spans of a handler's outgoing operations, children of its invocation.
 *
 * @param addresses whether they contain network addresses; names that the program asked for are always included
 */
export function ioSpans(operations: readonly IoOperation[], invocation: Span, addresses: boolean): Span[] {
  return operations.map((operation) => {
    const { kind, startMs, endMs, status, errorType } = operation;
    const failure = errorType ?? (status !== undefined && status >= 400 ? String(status) : undefined);
    const at = (ms: number): Span['start'] => momentAt(invocation.start, BigInt(Math.round(ms * 1e6)));
    return {
      traceId: invocation.traceId,
      spanId: randomHex(8),
      parentSpanId: invocation.spanId,
      flags: spanFlags(invocation.flags, false),
      name: nameOf(operation),
      kind: kind === 'fs' ? KIND_INTERNAL : KIND_CLIENT,
      start: at(startMs),
      // Anything read from a response after the end of the handler does not count as the handler's.
      end: at(Math.min(endMs, Number(invocation.end.monotonicNanos) / 1e6)),
      attributes: attributesOf(addresses ? operation : withoutAddresses(operation)),
      ...(failure !== undefined && { error: { type: failure, message: '', withoutEvent: true } }),
    };
  });
}

function nameOf({ kind, name }: IoOperation): string {
  switch (kind) {
    case 'http':
      return name;
    case 'dns':
      return `dns.${name || 'lookup'}`;
    case 'connect':
      return 'tcp.connect';
    default:
      return 'fs';
  }
}

function withoutAddresses(operation: IoOperation): IoOperation {
  const isAddress = operation.address !== undefined && ADDRESS.test(operation.address);
  return { ...operation, peer: undefined, ...(isAddress && { address: undefined }) };
}

function attributesOf(operation: IoOperation): Attributes {
  const { kind, name, address, port, peer, scheme, status, reused } = operation;
  if (kind === 'fs') return {};
  if (kind === 'dns') return { [semconv.ATTR_DNS_QUESTION_NAME]: address };
  const connection = { [semconv.ATTR_NETWORK_PEER_ADDRESS]: peer, [semconv.ATTR_NETWORK_PEER_PORT]: port };
  if (kind === 'connect') return { ...connection, [semconv.ATTR_NETWORK_TRANSPORT]: 'tcp' };
  return {
    [semconv.ATTR_HTTP_REQUEST_METHOD]: name,
    [semconv.ATTR_SERVER_ADDRESS]: address,
    [semconv.ATTR_SERVER_PORT]: port,
    [semconv.ATTR_NETWORK_PEER_ADDRESS]: peer,
    [semconv.ATTR_URL_SCHEME]: scheme,
    [semconv.ATTR_HTTP_RESPONSE_STATUS_CODE]: status,
    [semconv.ATTR_HTTP_REQUEST_BODY_SIZE]: operation.requestBytes,
    [semconv.ATTR_HTTP_RESPONSE_BODY_SIZE]: operation.responseBytes,
    [semconv.ATTR_IO_FIRST_BYTE_MS]: operation.firstByteMs,
    [semconv.ATTR_IO_SOCKET_REUSED]: reused,
  };
}
