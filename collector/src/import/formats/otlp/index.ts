import { parseExactJson } from '../../../otlp/json-fields.ts';
import type { JsonRecord } from '../../input/json-records.ts';
import { JsonRecords } from '../../input/json-records.ts';
import type { ImportFile } from '../../input/open-file.ts';
import type { ImportRequest } from '../../request-batch.ts';
import type { FormatContext, FormatReader, ImportFormat } from '../format.ts';
import { jsonRequests } from './json-requests.ts';
import type { ProtoMessage } from './proto-messages.ts';
import { ProtoMessages } from './proto-messages.ts';
import { protoRequest } from './proto-requests.ts';

/** OpenTelemetry traces in files. */
export const otlp: ImportFormat = {
  name: 'otlp',
  summary:
    'OpenTelemetry traces: OTLP as JSON, one or one a line, or protobuf, as the Collector writes files',
  recognises: (beginning) => framingOf(beginning) !== undefined,
  reader: (context) => new OtlpReader(context),
};

/** Longest `ResourceSpans`; a collector accepts requests of 16 MiB. */
const MAX_JSON_BYTES = 64 * 1024 ** 2;
const MAX_PROTO_BYTES = 15 * 1024 ** 2;
const LISTS = ['resourceSpans'];
const OTHER_SIGNALS = ['resourceLogs', 'resourceMetrics', 'resourceProfiles'];

type Framing = 'json' | 'proto' | 'prefixed-proto';

function framingOf(beginning: Buffer): Framing | undefined {
  const text = beginning
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .trimStart();
  if (text.startsWith('{')) {
    return /^\{\s*"resource(?:Spans|Logs|Metrics|Profiles)"\s*:/.test(text) ? 'json' : undefined;
  }
  if (isResourceSpans(beginning)) return 'proto';
  return isResourceSpans(beginning.subarray(4)) ? 'prefixed-proto' : undefined;
}

/** A field 1 that begins with a field 1 to 3: a resource, spans of a scope, or a schema. */
function isResourceSpans(bytes: Buffer): boolean {
  if (bytes[0] !== 0x0a) return false;
  let at = 1;
  while (at < 6 && (bytes[at] ?? 0) >= 0x80) at++;
  return [0x0a, 0x12, 0x1a].includes(bytes[at + 1] ?? 0);
}

class OtlpReader implements FormatReader {
  readonly #context: FormatContext;
  #others = 0;

  constructor(context: FormatContext) {
    this.#context = context;
  }

  async *read(file: ImportFile): AsyncGenerator<ImportRequest[]> {
    const framing = framingOf(file.beginning);
    if (framing === 'json') yield* this.#json(file);
    else yield* this.#proto(file, framing === 'prefixed-proto');
  }

  *finish(): Generator<ImportRequest> {
    if (this.#others > 0) {
      this.#context.notice(
        `${this.#others} records are logs, metrics or profiles and were left out: only traces are imported`,
      );
    }
    yield* [];
  }

  async *#json({ path, chunks }: ImportFile): AsyncGenerator<ImportRequest[]> {
    const records = new JsonRecords({ maxBytes: MAX_JSON_BYTES, lists: LISTS, parse: parseExactJson });
    const portion = (found: readonly JsonRecord[]): ImportRequest[] =>
      found.flatMap(({ line, value, fault }) => {
        if (fault === undefined && OTHER_SIGNALS.some((name) => Object.hasOwn(value as object, name))) {
          this.#others++;
          return [];
        }
        const requests = fault === undefined ? jsonRequests(value, this.#context.origin) : undefined;
        if (requests === undefined) this.#fault(path, line, fault ?? 'it contains no resource with spans');
        return requests ?? [];
      });
    for await (const chunk of chunks) yield portion(records.push(chunk));
    yield portion(records.end());
  }

  async *#proto({ path, chunks }: ImportFile, isPrefixed: boolean): AsyncGenerator<ImportRequest[]> {
    const messages = new ProtoMessages({ maxBytes: MAX_PROTO_BYTES, isPrefixed });
    const portion = (found: readonly ProtoMessage[]): ImportRequest[] =>
      found.flatMap(({ number, bytes, fault }) => {
        try {
          if (bytes !== undefined) return [protoRequest(bytes, this.#context.origin)];
        } catch (error) {
          this.#fault(path, number, (error as Error).message);
          return [];
        }
        this.#fault(path, number, fault ?? 'it contains no resource with spans');
        return [];
      });
    for await (const chunk of chunks) yield portion(messages.push(chunk));
    yield portion(messages.end());
  }

  #fault(path: string, line: number, reason: string): void {
    this.#context.faults.add(path, line, reason);
  }
}
