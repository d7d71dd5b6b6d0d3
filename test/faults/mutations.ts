import { SpanKind } from '@opentelemetry/api';
import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { TracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace';
import { gzipSync } from 'node:zlib';
import { invocations } from './load.ts';
import { oneOf } from './random.ts';

/** A request that was valid before it was damaged. */
export interface Mutated {
  readonly contentType: string;
  readonly contentEncoding?: string;
  readonly body: Buffer;
}

type Random = () => number;

/** Numbers at the boundaries of lengths and varints. */
const EDGES = [0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x7fffffff, 0xffffffff];
const HOSTILE_TEXT = ['null', '[[[[', '{"a":', '1e999', '-0', '"\\ud800"', '__proto__', '9'.repeat(40), '\0'];

/** Creates requests of every kind by damaging valid ones; the same random numbers give the same requests. */
export function createMutator(random: Random): () => Mutated {
  const protobuf = protobufRequest();
  const json = Buffer.from(invocations(2).body);
  return () => {
    const isJson = random() < 0.4;
    let body: Buffer = Buffer.from(isJson ? json : protobuf);
    const times = 1 + Math.floor(random() * 4);
    for (let index = 0; index < times; index++)
      body = oneOf(random, isJson ? TEXT_WAYS : BINARY_WAYS)(body, random);
    const contentType =
      random() < 0.02
        ? oneOf(random, ['text/plain', '', 'application/octet-stream', 'application/json;;'])
        : isJson !== random() < 0.01 // now and then the other one
          ? 'application/json'
          : 'application/x-protobuf';
    if (random() > 0.05) return { contentType, body };
    const packed = gzipSync(body, { level: 1 });
    const damaged = random() < 0.5 ? flip(packed, random) : packed;
    return {
      contentType,
      contentEncoding: oneOf(random, ['gzip', 'gzip', 'zstd', 'deflate', 'br']),
      body: damaged,
    };
  };
}

type Way = (body: Buffer, random: Random) => Buffer;

const at = (body: Buffer, random: Random): number => Math.floor(random() * (body.length + 1));

const flip: Way = (body, random) => {
  const copy = Buffer.from(body);
  if (copy.length > 0) {
    const index = Math.floor(random() * copy.length);
    copy[index] = (copy[index] as number) ^ (1 << Math.floor(random() * 8));
  }
  return copy;
};
const truncate: Way = (body, random) => body.subarray(0, at(body, random));
const remove: Way = (body, random) => {
  const start = at(body, random);
  return Buffer.concat([body.subarray(0, start), body.subarray(start + 1 + Math.floor(random() * 16))]);
};
const repeat: Way = (body, random) => {
  const start = at(body, random);
  const end = Math.min(body.length, start + Math.floor(random() * 200));
  return Buffer.concat([body.subarray(0, end), body.subarray(start, end), body.subarray(end)]);
};
const insert =
  (what: (random: Random) => Buffer): Way =>
  (body, random) => {
    const index = at(body, random);
    return Buffer.concat([body.subarray(0, index), what(random), body.subarray(index)]);
  };
const noise = insert((random) =>
  Buffer.from(Array.from({ length: 1 + random() * 12 }, () => random() * 256)),
);
const varint = insert((random) => {
  let value = BigInt(oneOf(random, EDGES)) << BigInt(Math.floor(random() * 33));
  const bytes: number[] = [];
  for (; value > 0x7fn; value >>= 7n) bytes.push(Number(value & 0x7fn) | 0x80);
  return Buffer.from([...bytes, Number(value)]);
});
const overwrite: Way = (body, random) => {
  const copy = Buffer.from(body);
  if (copy.length > 0) copy[Math.floor(random() * copy.length)] = oneOf(random, EDGES) & 0xff;
  return copy;
};
const hostile = insert((random) => Buffer.from(oneOf(random, HOSTILE_TEXT)));

const BINARY_WAYS: readonly Way[] = [flip, flip, overwrite, truncate, remove, repeat, noise, varint];
const TEXT_WAYS: readonly Way[] = [flip, overwrite, truncate, remove, repeat, hostile];

/** From the real serializer: attributes of every type, an event, a link. */
function protobufRequest(): Uint8Array {
  const exporter = new InMemorySpanExporter();
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ 'faas.name': 'mutated' }),
    spanProcessors: [new SimpleSpanProcessor({ exporter })],
  });
  const span = provider.getTracer('mutations').startSpan('mutated', {
    kind: SpanKind.SERVER,
    attributes: {
      text: 'a',
      whole: 7,
      real: 0.5,
      truth: true,
      list: ['a', 'b'],
      'sandscope.sandbox.id': 's',
    },
  });
  span.addEvent('event', { at: 1 });
  span.addLink({ context: span.spanContext() });
  span.end();
  return ProtobufTraceSerializer.serializeRequest(exporter.getFinishedSpans()) as Uint8Array;
}
