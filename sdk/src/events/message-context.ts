import { parseTraceparent, parseXray } from '../trace/trace-context.ts';
import type { RemoteParent } from '../trace/trace-context.ts';
import type { RawRecord } from './raw-event.ts';

const MAX_FIELD = 8192;
const MAX_BODY = 98_304;
const MAX_BODIES = 262_144;

/** How many characters of messages may still be searched. */
export interface Budget {
  left: number;
}

/** The search budget for the messages of one invocation. */
export function bodyBudget(): Budget {
  return { left: MAX_BODIES };
}

/**
 * The span that sent a message. The first valid one of these counts:
 *
 * - W3C fields among the message's attributes
 * - W3C fields in the JSON of an attribute `_datadog`
 * - W3C fields in the message's text, if the text is JSON that has them at the top level, in `_datadog`, or in the
 *   envelope of SNS (`MessageAttributes`) or EventBridge (`detail`). Texts above 96 Ki characters are skipped, and at
 *   most 256 Ki characters per invocation are searched
 * - X-Ray's field
 *
 * @param base64 whether the messages' texts are in base64
 */
export function messageContext(
  { traceparent, tracestate, carrier, body, xray }: RawRecord,
  base64: boolean,
  budget: Budget,
): RemoteParent | undefined {
  return (
    fromFields(traceparent, tracestate) ??
    fromCarrier(carrier) ??
    fromBody(body, base64, budget) ??
    parseXray(typeof xray === 'string' ? xray : undefined)
  );
}

function fromBody(body: unknown, base64: boolean, budget: Budget): RemoteParent | undefined {
  if (typeof body !== 'string' || body.length > MAX_BODY || body.length > budget.left) return undefined;
  budget.left -= body.length;
  const message = parseJson(base64 ? decoded(body) : body);
  for (const holder of [message, fieldsOf(message.MessageAttributes), fieldsOf(message.detail)]) {
    const { traceparent, tracestate, _datadog: carrier } = holder;
    const found =
      fromFields(valueOf(traceparent), valueOf(tracestate)) ??
      fromCarrier(fieldsOf(carrier).Value ?? carrier);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** An object with the W3C fields, or its JSON. */
function fromCarrier(carrier: unknown): RemoteParent | undefined {
  const text = textOf(carrier);
  const fields =
    text === undefined ? fieldsOf(carrier) : parseJson(text.startsWith('{') ? text : decoded(text));
  return fromFields(fields.traceparent, fields.tracestate);
}

/** W3C fields as texts, as texts in base64, or as bytes. */
function fromFields(traceparent: unknown, tracestate: unknown): RemoteParent | undefined {
  const parent = textOf(traceparent);
  if (parent === undefined) return undefined;
  const state = textOf(tracestate);
  return (
    parseTraceparent(parent, state === undefined ? [] : [state]) ??
    parseTraceparent(decoded(parent), state === undefined ? [] : [decoded(state)])
  );
}

type Fields = Readonly<Record<string, unknown>>;

function parseJson(text: string): Fields {
  // Most messages end here.
  if (!text.includes('traceparent')) return {};
  try {
    return fieldsOf(JSON.parse(text));
  } catch {
    return {};
  }
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}

/** The value of an attribute in the SNS envelope. */
function valueOf(field: unknown): unknown {
  return typeof field === 'object' ? fieldsOf(field).Value : field;
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value.length > MAX_FIELD ? undefined : value;
  // Bytes, signed as in Java or unsigned.
  return Array.isArray(value) && value.every((byte) => typeof byte === 'number')
    ? Buffer.from(value).toString()
    : undefined;
}

function decoded(base64: string): string {
  return Buffer.from(base64, 'base64').toString();
}
