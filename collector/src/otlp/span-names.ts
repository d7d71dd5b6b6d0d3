import { lengthAndText } from '../store/columns/byte-writer.ts';
import type { SpanKind, StatusCode } from '../store/trace-row.ts';

const KINDS: readonly SpanKind[] = ['Unspecified', 'Internal', 'Server', 'Client', 'Producer', 'Consumer'];
const STATUS_CODES: readonly StatusCode[] = ['Unset', 'Ok', 'Error'];

/** Names that OTLP/JSON may use, without `SPAN_KIND_`. */
export const KIND_NAMES: readonly string[] = KINDS.map((kind) => kind.toUpperCase());
/** Names that OTLP/JSON may use, without `STATUS_CODE_`. */
export const STATUS_NAMES: readonly string[] = STATUS_CODES.map((code) => code.toUpperCase());

const KIND_ENTRIES = KINDS.map((kind) => lengthAndText(kind));
const STATUS_ENTRIES = STATUS_CODES.map((code) => lengthAndText(code));

/** The name of a span kind in the form for a `NameColumn`; `Unspecified` for an unknown number. */
export function kindEntry(kind: number): Buffer {
  return (KIND_ENTRIES[kind] ?? KIND_ENTRIES[0]) as Buffer;
}

/** The name of a status code in the form for a `NameColumn`; `Unset` for an unknown number. */
export function statusEntry(code: number): Buffer {
  return (STATUS_ENTRIES[code] ?? STATUS_ENTRIES[0]) as Buffer;
}
