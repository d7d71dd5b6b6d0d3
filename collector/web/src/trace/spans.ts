/** A trace as a tree of spans, from the collector's OTLP JSON. */
export interface Attribute {
  readonly key: string;
  readonly value: string;
}

export interface TraceSpan {
  readonly id: string;
  readonly parentId: string | undefined;
  readonly name: string;
  readonly service: string;
  readonly kind: number;
  /** Milliseconds since the start of the trace. */
  readonly startMs: number;
  readonly endMs: number;
  readonly failed: boolean;
  readonly message: string | undefined;
  readonly attributes: readonly Attribute[];
  readonly resource: readonly Attribute[];
  readonly what: 'start' | 'code' | 'io' | 'telemetry' | 'caller';
  /** Not received, but derived from the other spans. */
  readonly isInferred: boolean;
  readonly depth: number;
}

export interface Trace {
  readonly spans: readonly TraceSpan[];
  readonly startUnixMs: number;
  readonly totalMs: number;
  /** When the caller had the answer; the end if no caller is known. */
  readonly answeredMs: number;
  readonly services: number;
}

interface AnyValue {
  readonly stringValue?: string;
  readonly boolValue?: boolean;
  readonly intValue?: string | number;
  readonly doubleValue?: number;
  readonly arrayValue?: { readonly values?: readonly AnyValue[] };
  readonly kvlistValue?: unknown;
  readonly bytesValue?: string;
}
interface Pair {
  readonly key: string;
  readonly value?: AnyValue;
}
interface WireSpan {
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind?: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes?: readonly Pair[];
  readonly status?: { readonly code?: number; readonly message?: string };
}
export interface WireTrace {
  readonly resourceSpans: readonly {
    readonly resource?: { readonly attributes?: readonly Pair[] };
    readonly scopeSpans?: readonly { readonly spans?: readonly WireSpan[] }[];
  }[];
}

function textOf(value: AnyValue | undefined): string {
  if (value === undefined) return '';
  const { stringValue, boolValue, intValue, doubleValue, arrayValue, bytesValue } = value;
  const plain = stringValue ?? boolValue ?? intValue ?? doubleValue ?? bytesValue;
  if (plain !== undefined) return String(plain);
  return arrayValue ? (arrayValue.values ?? []).map(textOf).join(', ') : JSON.stringify(value);
}

const listOf = (pairs: readonly Pair[] = []): Attribute[] =>
  pairs.map(({ key, value }) => ({ key, value: textOf(value) }));

const INIT = 'sandscope.init';
const [SERVER, CLIENT, PRODUCER, CONSUMER] = [2, 3, 4, 5];

function whatIs({ name, kind = 0 }: WireSpan, isFunction: boolean, isCaller: boolean): TraceSpan['what'] {
  if (name === INIT) return 'start';
  if (/^sandscope\.(?:export|flush|shutdown)/.test(name)) return 'telemetry';
  if (isCaller) return 'caller';
  if (isFunction || kind === SERVER || kind === CONSUMER) return 'code';
  return kind === CLIENT || kind === PRODUCER || /^(?:dns|tcp|tls|http|fs|net)\b/.test(name) ? 'io' : 'code';
}

type Draft = Omit<TraceSpan, 'depth'>;

/** @throws {TypeError} if it contains no span */
export function readTrace({ resourceSpans }: WireTrace): Trace {
  const wire = resourceSpans.flatMap(({ resource, scopeSpans = [] }) =>
    scopeSpans.flatMap(({ spans = [] }) =>
      spans.map((span) => ({ span, resource: listOf(resource?.attributes) })),
    ),
  );
  if (wire.length === 0) throw new TypeError('the trace has no span');
  const originNanos = wire.reduce((least, { span }) => {
    const start = BigInt(span.startTimeUnixNano);
    return start < least ? start : least;
  }, BigInt(wire[0]!.span.startTimeUnixNano));
  const since = (nanos: string): number => Number(BigInt(nanos) - originNanos) / 1e6;
  const parents = new Set(wire.map(({ span }) => span.parentSpanId));
  const drafts = wire.map(({ span, resource }): Draft => {
    const attributes = listOf(span.attributes);
    const isFunction = attributes.some(
      ({ key }) => key === 'faas.coldstart' || key === 'sandscope.sandbox.ordinal',
    );
    return {
      id: span.spanId,
      parentId: span.parentSpanId === '' ? undefined : span.parentSpanId,
      name: span.name === INIT ? 'initialise' : span.name,
      service: resource.find(({ key }) => key === 'service.name')?.value ?? '',
      kind: span.kind ?? 0,
      startMs: since(span.startTimeUnixNano),
      endMs: Math.max(since(span.startTimeUnixNano), since(span.endTimeUnixNano)),
      failed: span.status?.code === 2,
      message: span.status?.message,
      attributes,
      resource,
      what: whatIs(span, isFunction, (span.kind ?? 0) === CLIENT && parents.has(span.spanId) && !isFunction),
      isInferred: false,
    };
  });
  const spans = arranged(withInferred(drafts));
  const totalMs = Math.max(...spans.map(({ endMs }) => endMs), 0.001);
  const root = spans[0]!;
  return {
    spans,
    startUnixMs: Number(originNanos) / 1e6,
    totalMs,
    answeredMs: root.what === 'caller' || root.what === 'code' ? root.endMs : totalMs,
    services: new Set(spans.map(({ service }) => service)).size,
  };
}

/**
 * An initialisation precedes its call, so it is shown beside the call and not below it. The time that a caller waited
 * before anything of a cold call began counts as the platform’s.
 */
function withInferred(drafts: readonly Draft[]): Draft[] {
  const byId = new Map(drafts.map((draft) => [draft.id, draft]));
  const added: Draft[] = [];
  const moved = drafts.map((draft) => {
    const call = draft.parentId === undefined ? undefined : byId.get(draft.parentId);
    if (draft.what !== 'start' || call === undefined || draft.startMs >= call.startMs) return draft;
    const caller = call.parentId === undefined ? undefined : byId.get(call.parentId);
    if (caller && draft.startMs > caller.startMs) {
      added.push({
        ...draft,
        id: `${draft.id} wait`,
        parentId: caller.id,
        name: 'platform wait',
        startMs: caller.startMs,
        endMs: draft.startMs,
        isInferred: true,
        attributes: [],
        message: 'no sandbox was free',
      });
    }
    return { ...draft, parentId: call.parentId };
  });
  return [...moved, ...added];
}

/** Depth first, siblings by their start; a span whose parent is missing is a root. */
function arranged(drafts: readonly Draft[]): TraceSpan[] {
  const ids = new Set(drafts.map(({ id }) => id));
  const children = new Map<string | undefined, Draft[]>();
  for (const draft of drafts) {
    const parent = draft.parentId !== undefined && ids.has(draft.parentId) ? draft.parentId : undefined;
    const list = children.get(parent) ?? [];
    children.set(parent, list);
    list.push(draft);
  }
  const found: TraceSpan[] = [];
  const stack: { draft: Draft; depth: number }[] = [];
  const push = (parent: string | undefined, depth: number): void => {
    const sorted = (children.get(parent) ?? []).toSorted(
      (a, b) => b.startMs - a.startMs || a.endMs - b.endMs,
    );
    for (const draft of sorted) stack.push({ draft, depth });
  };
  push(undefined, 0);
  for (let next = stack.pop(); next; next = stack.pop()) {
    found.push({ ...next.draft, depth: next.depth });
    push(next.draft.id, next.depth + 1);
  }
  return found;
}

/** The critical parts of each span: what the caller waited for at each moment. Only these could shorten the wait. */
export function criticalPath({
  spans,
  answeredMs,
}: Trace): ReadonlyMap<string, readonly (readonly [number, number])[]> {
  const ids = new Set(spans.map(({ id }) => id));
  const children = new Map<string | undefined, TraceSpan[]>();
  for (const span of spans) {
    const parent = span.parentId !== undefined && ids.has(span.parentId) ? span.parentId : undefined;
    children.set(parent, [...(children.get(parent) ?? []), span]);
  }
  const pieces = new Map<string, [number, number][]>();
  const walk = (id: string | undefined, startMs: number, endMs: number): void => {
    let at = endMs;
    const own: [number, number][] = [];
    for (const child of (children.get(id) ?? []).toSorted((a, b) => b.endMs - a.endMs)) {
      if (child.startMs >= at || child.endMs <= startMs) continue;
      const childEnd = Math.min(child.endMs, at);
      if (at > childEnd) own.push([childEnd, at]);
      at = Math.max(child.startMs, startMs);
      walk(child.id, at, childEnd);
    }
    if (at > startMs) own.push([startMs, at]);
    if (id !== undefined) pieces.set(id, own);
  };
  walk(undefined, 0, answeredMs);
  return pieces;
}
