import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readTraceContext } from '../trace/test-trace-context.ts';
import { describeEvent } from './describe-event.ts';
import type { EventFacts } from './describe-event.ts';
import { readEventFacts } from './read-event.ts';
import { EVENTS, kafka, kafkaHeader, kinesisRecord, sqsRecord, xray } from './test-events.ts';

const TRIGGERS = new Set<unknown>(['datasource', 'http', 'pubsub', 'timer', 'other']);
const MODES = new Set<unknown>(['sync', 'async', 'poll', undefined]);

/** Reads and describes an event; the test fails if either throws. */
function tell(event: unknown): EventFacts {
  const context = readTraceContext(event, undefined, event);
  return describeEvent({ event: readEventFacts(event), unixMs: Date.now(), context });
}

function isSound({ attributes, links, droppedLinks }: EventFacts): boolean {
  return (
    TRIGGERS.has(attributes['faas.trigger']) &&
    MODES.has(attributes['sandscope.invocation.mode']) &&
    Object.values(attributes).every((value) => ['string', 'number', 'undefined'].includes(typeof value)) &&
    links.length <= 32 &&
    links.every(({ traceId, spanId }) => /^[0-9a-f]{32}$/.test(traceId) && /^[0-9a-f]{16}$/.test(spanId)) &&
    droppedLinks >= 0
  );
}

/** The paths to all parts of a value. */
function waysInto(value: unknown, way: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [way];
  return [way, ...Object.entries(value).flatMap(([name, part]) => waysInto(part, [...way, name]))];
}

/** A copy of the value with one part replaced. */
function replaced(value: unknown, [name, ...way]: readonly string[], part: unknown): unknown {
  if (name === undefined) return part;
  const copy = Array.isArray(value) ? [...(value as unknown[])] : { ...(value as object) };
  Reflect.set(copy, name, replaced(Reflect.get(value as object, name), way, part));
  return copy;
}

const CASES = Object.entries(EVENTS).flatMap(([, event]) =>
  waysInto(event).map((way) => [event, way] as const),
);

describe('no event breaks anything', () => {
  test('of any type', () => {
    const property = fc.property(fc.anything({ withNullPrototype: true, withBigInt: true }), (event) =>
      isSound(tell(event)),
    );
    expect(fc.check(property)).toMatchObject({ failed: false });
  });

  test('with any part of a real event replaced', () => {
    const anything = fc.anything({ withNullPrototype: true, withBigInt: true, withTypedArray: true });
    const property = fc.property(fc.constantFrom(...CASES), anything, ([event, way], part) =>
      isSound(tell(replaced(event, way, part))),
    );
    expect(fc.check(property, { numRuns: 1000 })).toMatchObject({ failed: false });
  });

  const thrower = new Proxy([], { get: () => { throw new Error('no'); } }); // prettier-ignore
  const { proxy: revoked, revoke } = Proxy.revocable({}, {});
  revoke();
  const cyclic: Record<string, unknown> = {};
  for (const name of [
    'Records',
    'detail',
    'request',
    'headers',
    'messages',
    'records',
    'Sns',
    'body',
    'traceparent',
  ])
    cyclic[name] = cyclic;
  const coerced = { [Symbol.toPrimitive]: () => { throw new Error('no'); }, toString: () => { throw new Error('no'); } }; // prettier-ignore

  test.each<[string, unknown]>([
    ['a value that throws when it is read', thrower],
    ['a revoked proxy', revoked],
    ['one that holds itself', cyclic],
    ['a value that throws when it is converted to a string', coerced],
    ['a function', () => undefined],
  ])('%s, whole or as any part of a real one', (_what, part) => {
    expect(isSound(tell(part))).toBe(true);
    for (const [event, way] of CASES) expect(isSound(tell(replaced(event, way, part)))).toBe(true);
  });

  test('values that were read before an error are kept', () => {
    const records = [sqsRecord({ xray: xray(1) }), thrower];
    expect(tell({ Records: records })).toMatchObject({
      attributes: { 'faas.trigger': 'pubsub', 'messaging.destination.name': 'orders' },
      links: { length: 1 },
    });
  });
});

describe('an event is not read further than needed', () => {
  /** How often any property of any part is read. */
  function readsOf(event: object): number {
    let reads = 0;
    const watched = (value: unknown): unknown =>
      typeof value === 'object' && value !== null
        ? new Proxy(value, {
            get(target, name) {
              reads += 1;
              return watched(Reflect.get(target, name));
            },
            ownKeys() {
              throw new Error('all names were asked for');
            },
          })
        : value;
    const raw = readEventFacts(watched(event));
    expect(raw.count).toBeGreaterThan(0);
    return reads;
  }

  const many = (record: object): object[] => Array.from({ length: 100_000 }, () => record);

  test.each<[string, (list: object[]) => object, object, number]>([
    ['SQS', (Records) => ({ Records }), sqsRecord(), 9],
    ['Kinesis', (Records) => ({ Records }), kinesisRecord('a'), 4],
    ['EventBridge Pipes', (list) => list, sqsRecord(), 9],
    [
      'DocumentDB',
      (events) => ({ eventSource: 'aws:docdb', events }),
      { event: { operationType: 'insert' } },
      8,
    ],
    ['what is not known', (Records) => ({ Records }), { a: 1 }, 0],
  ])('%s: 32 records of 100,000', (_what, event, record, readsEach) => {
    // Plus a few of the event itself and its list.
    expect(readsOf(event(many(record)))).toBeLessThan(32 * readsEach + 20);
  });

  test('Kafka: at most 64 headers per record, 32 records over all partitions', () => {
    const filler = Array.from({ length: 64 }, () => ({ other: [1] }));
    expect(tell(kafka([...filler.slice(1), kafkaHeader(1)])).links).toHaveLength(1);
    expect(tell(kafka([...filler, kafkaHeader(1)])).links).toHaveLength(0);
    const list = Array.from({ length: 20 }, () => ({ topic: 'a' }));
    const raw = readEventFacts({
      eventSource: 'aws:kafka',
      records: { 'a-0': list, 'a-1': list, 'a-2': list },
    });
    expect([raw.count, raw.records.length]).toEqual([60, 32]);
  });

  test('at most 1024 bytes of a header', () => {
    const traceparent = Array.from({ length: 1e6 }, () => 48);
    expect(readEventFacts(kafka([{ traceparent }])).records[0]?.traceparent).toHaveLength(1024);
  });
});
