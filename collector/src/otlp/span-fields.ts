import { FAULTS } from './limits.ts';
import { WIRE_FIXED32, WIRE_FIXED64, WIRE_LENGTH, WIRE_VARINT } from './proto-reader.ts';
import { LOST } from './remarks.ts';

/** Wire type of each field of a Span, by number; there is no field 0. */
export const WIRE_TYPES = Int8Array.of(
  -1,
  WIRE_LENGTH, // trace_id
  WIRE_LENGTH, // span_id
  WIRE_LENGTH, // trace_state
  WIRE_LENGTH, // parent_span_id
  WIRE_LENGTH, // name
  WIRE_VARINT, // kind
  WIRE_FIXED64, // start_time_unix_nano
  WIRE_FIXED64, // end_time_unix_nano
  WIRE_LENGTH, // attributes
  WIRE_VARINT, // dropped_attributes_count
  WIRE_LENGTH, // events
  WIRE_VARINT, // dropped_events_count
  WIRE_LENGTH, // links
  WIRE_VARINT, // dropped_links_count
  WIRE_LENGTH, // status
  WIRE_FIXED32, // flags
);
/** Fields whose loss leaves the span meaningful, by number. */
export const SPAN_FIELDS: Readonly<Record<number, string>> = {
  3: 'traceState',
  5: 'name',
  9: LOST.attribute,
  10: 'droppedAttributesCount',
  12: 'droppedEventsCount',
  14: 'droppedLinksCount',
  16: 'flags',
};
/** The fault of a span if one of its other fields is unreadable, by number of the field. */
export const SPAN_FAULTS: Readonly<Record<number, string>> = {
  1: FAULTS.traceId,
  2: FAULTS.spanId,
  4: FAULTS.parentSpanId,
  6: FAULTS.kind,
  7: FAULTS.startTime,
  8: FAULTS.endTime,
  11: FAULTS.events,
  13: FAULTS.links,
  15: FAULTS.status,
};
export const EVENT_FIELDS: Readonly<Record<number, string>> = { 2: 'name', 4: 'droppedAttributesCount' };
export const LINK_FIELDS: Readonly<Record<number, string>> = {
  3: 'traceState',
  5: 'droppedAttributesCount',
  6: 'flags',
};
