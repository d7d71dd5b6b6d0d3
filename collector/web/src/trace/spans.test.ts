import { expect, it } from 'vitest';
import { groupsOf } from './attributes.ts';
import { criticalPath, readTrace } from './spans.ts';
import { traceVerdict } from './verdict.ts';

const BASE = 1_795_952_384_000_000_000n;
const at = (ms: number): string => String(BASE + BigInt(Math.round(ms * 1e6)));

interface Given {
  readonly id: string;
  readonly parent?: string;
  readonly name: string;
  readonly kind: number;
  readonly from: number;
  readonly to: number;
  readonly failed?: boolean;
}

const span = ({ id, parent, name, kind, from, to, failed = false }: Given) => ({
  spanId: id,
  ...(parent !== undefined && { parentSpanId: parent }),
  name,
  kind,
  startTimeUnixNano: at(from),
  endTimeUnixNano: at(to),
  attributes: name === 'checkout' ? [{ key: 'faas.coldstart', value: { boolValue: true } }] : [],
  status: failed ? { code: 2, message: 'ETIMEDOUT' } : {},
});

/** A caller, a cold call after its initialisation, two overlapping requests, and an export after the answer. */
const COLD = {
  resourceSpans: [
    {
      resource: { attributes: [{ key: 'service.name', value: { stringValue: 'gateway' } }] },
      scopeSpans: [{ spans: [span({ id: 'a', name: 'invoke checkout', kind: 3, from: 0, to: 500 })] }],
    },
    {
      resource: { attributes: [{ key: 'service.name', value: { stringValue: 'checkout' } }] },
      scopeSpans: [
        {
          spans: [
            span({ id: 'c', parent: 'a', name: 'checkout', kind: 2, from: 360, to: 490 }),
            span({ id: 'b', parent: 'c', name: 'sandscope.init', kind: 1, from: 120, to: 355 }),
            span({ id: 'd', parent: 'c', name: 'GET /a', kind: 3, from: 370, to: 420 }),
            span({ id: 'e', parent: 'c', name: 'GET /b', kind: 3, from: 380, to: 480, failed: true }),
            span({ id: 'f', parent: 'c', name: 'sandscope.export', kind: 1, from: 495, to: 540 }),
          ],
        },
      ],
    },
  ],
};

it('puts an initialisation beside its call, and what the caller waited before it in front', () => {
  const { spans, totalMs, answeredMs, services } = readTrace(COLD);
  expect(spans.map(({ name, depth, what, isInferred }) => [name, depth, what, isInferred])).toEqual([
    ['invoke checkout', 0, 'caller', false],
    ['platform wait', 1, 'start', true],
    ['initialise', 1, 'start', false],
    ['checkout', 1, 'code', false],
    ['GET /a', 2, 'io', false],
    ['GET /b', 2, 'io', false],
    ['sandscope.export', 2, 'telemetry', false],
  ]);
  expect([totalMs, answeredMs, services]).toEqual([540, 500, 2]);
  expect(spans[5]).toMatchObject({ failed: true, message: 'ETIMEDOUT' });
});

it('covers each moment until the answer once on the critical path', () => {
  const pieces = criticalPath(readTrace(COLD));
  const byName = (id: string): readonly (readonly [number, number])[] => pieces.get(id) ?? [];
  expect(byName('e')).toEqual([[380, 480]]);
  expect(byName('d')).toEqual([[370, 380]]);
  expect(byName('f')).toEqual([]);
  expect(byName('b')).toEqual([[120, 355]]);
  const all = [...pieces.values()].flat().toSorted(([a], [b]) => a - b);
  let reached = 0;
  for (const [from, to] of all) {
    expect(from).toBe(reached);
    reached = to;
  }
  expect(reached).toBe(500);
});

it('says what the caller waited for', () => {
  expect(traceVerdict(readTrace(COLD)).replaceAll('\u00A0', ' ')).toBe(
    'The caller waited 500 ms; 355 ms of it because no sandbox was free.',
  );
});

it('takes a span whose parent is not there for a root', () => {
  const { spans } = readTrace({
    resourceSpans: [
      {
        scopeSpans: [{ spans: [span({ id: 'c', parent: 'gone', name: 'work', kind: 2, from: 0, to: 10 })] }],
      },
    ],
  });
  expect(spans.map(({ name, depth }) => [name, depth])).toEqual([['work', 0]]);
});

it('tells an attribute once, as the span has it', () => {
  const key = 'faas.version';
  const groups = groupsOf({
    attributes: [{ key, value: 'v42' }],
    resource: [
      { key, value: 'v41' },
      { key: 'faas.name', value: 'checkout' },
    ],
  });
  expect(groups).toEqual([
    {
      title: 'The sandbox',
      facts: [
        { term: 'faas version', value: 'v42', key },
        { term: 'faas name', value: 'checkout', key: 'faas.name' },
      ],
    },
  ]);
});
