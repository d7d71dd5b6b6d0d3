import * as semconv from '@sandscope/probes/semconv';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { summariseFunctions } from '../correlate/index.ts';
import type { TraceRow } from '../store/index.ts';
import { askAbout } from '../correlate/questions/test-question.ts';
import type { AskedApi } from '../correlate/questions/test-question.ts';
import { shutdownRow, spanRow } from '../store/test-rows.ts';
import type { Json } from './json.fixture.ts';

type Attributes = Readonly<Record<string, string | number | boolean>>;

const START = Date.now() - 1_800_000;
let api: AskedApi;

interface Call {
  readonly kind?: TraceRow['SpanKind'];
  readonly seconds: number;
  readonly resource?: Attributes;
  readonly attributes?: Attributes;
  readonly more?: Partial<TraceRow>;
}
const called = (
  name: string,
  { kind = 'Server', seconds, resource, attributes = {}, more }: Call,
): TraceRow => ({
  ...spanRow({
    name,
    kind,
    startMs: START + seconds * 1000,
    durationMs: 400,
    resource: { [semconv.ATTR_SERVICE_NAME]: name, ...resource },
    attributes,
  }),
  ...more,
});

const HAS_IS_REMOTE = 0x100;
const IS_REMOTE = 0x200;

function scenario(): TraceRow[] {
  const clone = (instance: string, ordinal: number) =>
    called('clones', {
      seconds: 10 * ordinal + (instance === 'two' ? 0.1 : 0),
      resource: { [semconv.ATTR_FAAS_INSTANCE]: instance },
      attributes: {
        [semconv.ATTR_SANDBOX_ID]: 'snapshot',
        [semconv.ATTR_SANDBOX_ORDINAL]: ordinal,
        [semconv.ATTR_KERNEL_BOOT_ID]: 'boot',
      },
    });
  const restarted = (id: string, seconds: number) =>
    called('restarts', {
      seconds,
      resource: { [semconv.ATTR_FAAS_INSTANCE]: 'environment' },
      attributes: { [semconv.ATTR_SANDBOX_ID]: id, [semconv.ATTR_SANDBOX_ORDINAL]: 1 + (seconds % 10) },
    });
  const numbered = (ordinal: number, initType: string) =>
    called('numbered', {
      seconds: ordinal,
      attributes: {
        [semconv.ATTR_SANDBOX_ID]: `numbered-${initType}`,
        [semconv.ATTR_SANDBOX_ORDINAL]: ordinal,
        [semconv.ATTR_INIT_TYPE]: initType,
      },
    });
  // Two processes started from one snapshot: only their ordinals show that they are two.
  const nameless = (clone: number, ordinal: number) =>
    called('nameless', {
      seconds: 10 * ordinal + clone,
      attributes: {
        [semconv.ATTR_SANDBOX_ID]: 'image',
        [semconv.ATTR_SANDBOX_ORDINAL]: ordinal,
        [semconv.ATTR_PROCESS_START_TICKS]: 7,
      },
    });
  // The same in pods, and neither ordinals nor overlaps show it: one ended before the other began.
  const inPod = (pod: number, ordinal: number): TraceRow =>
    called('pods', {
      seconds: 100 * pod + 10 * ordinal,
      resource: { 'k8s.pod.uid': `pod-${pod}` },
      attributes: {
        [semconv.ATTR_SANDBOX_ID]: 'restored',
        [semconv.ATTR_SANDBOX_ORDINAL]: 3 * pod + ordinal,
        [semconv.ATTR_KERNEL_BOOT_ID]: 'boot',
      },
    });
  const instance = { [semconv.ATTR_SERVICE_INSTANCE_ID]: 'i' };
  const told = (name: string, resource: Attributes) => called(name, { seconds: 1, resource });
  return [
    ...[1, 2, 3].flatMap((ordinal) => [clone('one', ordinal), clone('two', ordinal)]),
    {
      ...shutdownRow({ function: 'clones', sandbox: 'snapshot', atMs: START + 40_000, lastOrdinal: 3 }),
      ResourceAttributes: { [semconv.ATTR_SERVICE_NAME]: 'clones', [semconv.ATTR_FAAS_INSTANCE]: 'one' },
    },
    ...[1, 2, 3].flatMap((ordinal) => [nameless(1, ordinal), nameless(2, ordinal)]),
    nameless(2, 4),
    ...[1, 2].flatMap((pod) => [1, 2, 3].map((ordinal) => inPod(pod, ordinal))),
    {
      ...shutdownRow({ function: 'pods', sandbox: 'restored', atMs: START + 140_000, lastOrdinal: 6 }),
      ResourceAttributes: { [semconv.ATTR_SERVICE_NAME]: 'pods', 'k8s.pod.uid': 'pod-1' },
    },
    restarted('first', 0),
    restarted('first', 1),
    restarted('second', 10),
    restarted('second', 11),
    ...[1, 2].flatMap((ordinal) => ['on_demand', 'provisioned'].map((type) => numbered(ordinal, type))),
    // If a sandbox has several names, the most reliable one counts.
    told('by-pod', { 'k8s.pod.uid': 'pod', 'container.id': 'container', ...instance }),
    told('by-container', { 'container.id': 'container', ...instance }),
    told('by-service', instance),
    told('by-nothing', {}),
    called('queue', { kind: 'Consumer', seconds: 1, resource: instance }),
    // It fetched the message itself, so it is not an invocation.
    called('queue', {
      kind: 'Consumer',
      seconds: 2,
      resource: instance,
      attributes: { 'messaging.operation': 'receive' },
    }),
    called('nested', {
      seconds: 1,
      resource: instance,
      more: { ParentSpanId: '00000000000000a1', Flags: HAS_IS_REMOTE + IS_REMOTE },
    }),
    called('nested', {
      seconds: 1.1,
      resource: instance,
      more: { ParentSpanId: '00000000000000a2', Flags: HAS_IS_REMOTE },
    }),
    called('nested', { seconds: 1.2, kind: 'Client', resource: instance }),
    ...['111', '222'].map((account) =>
      called('twice', {
        seconds: 1,
        resource: {
          [semconv.ATTR_FAAS_INSTANCE]: `in-${account}`,
          [semconv.ATTR_CLOUD_ACCOUNT_ID]: account,
          [semconv.ATTR_CLOUD_REGION]: 'eu-west-1',
        },
      }),
    ),
  ];
}

beforeAll(async () => {
  api = await askAbout(scenario());
}, 60_000);
afterAll(() => api.close());

async function get(path: string): Promise<Json> {
  return (await api.get(path)).body;
}

describe('sandboxes', () => {
  it('that have one id and run in two environments are clones', async () => {
    expect(await get('functions/clones')).toMatchObject({
      sandboxes: 2,
      invocations: 6,
      lostSpans: 0,
      cold: 2,
    });
    const { sandboxes } = await get('sandboxes?function=clones');
    expect(sandboxes.map(({ id, state }: Json) => [id, state === 'confirmed']).sort()).toEqual([
      ['snapshot@one', true],
      ['snapshot@two', false],
    ]);
    // They share a snapshot, not a host.
    expect((await get('hosts?function=clones')).unknown).toMatchObject({ sandboxes: 2 });
    expect(await get('sandboxes/snapshot')).toMatchObject({
      code: 'ERR_AMBIGUOUS_ID',
      details: { ids: ['snapshot@one', 'snapshot@two'] },
    });
    for (const name of ['two', 'snapshot@two']) {
      const two = await get(`sandboxes/${name}`);
      expect(two).toMatchObject({ id: 'snapshot@two', instance: 'two', invocations: 3 });
      expect(two.lifeline).toHaveLength(3);
    }
  });

  it('that have one id and run in two pods are clones', async () => {
    expect(await get('functions/pods')).toMatchObject({ sandboxes: 2, invocations: 6, lostSpans: 0 });
    const { sandboxes } = await get('sandboxes?function=pods');
    expect(
      sandboxes.map(({ id, instance, state }: Json) => [id, instance, state === 'confirmed']).sort(),
    ).toEqual([
      ['restored@pod-1', 'pod-1', true],
      ['restored@pod-2', 'pod-2', false],
    ]);
    expect((await get('hosts?function=pods')).unknown).toMatchObject({ sandboxes: 2 });
  });

  it('that have one id and no environment are counted by their ordinals, in every answer', async () => {
    expect(await get('functions/nameless')).toMatchObject({ sandboxes: 2, invocations: 7, lostSpans: 0 });
    expect((await get('reuse?function=nameless')).functions).toMatchObject([
      { sandboxes: 2, ratio: { value: 5 / 7, n: 7 }, invocationsPerSandbox: { n: 2, min: 3, max: 4 } },
    ]);
    const { sandboxes } = await get('sandboxes?function=nameless');
    const counts = sandboxes.map(({ id, invocations }: Json) => [id, invocations]).sort();
    expect(counts).toEqual([
      // The last call may belong to either; it is assigned to the first.
      ['image', 4],
      ['image@2', 3],
    ]);
    for (const [id, invocations] of counts) {
      const one = await get(`sandboxes/${id}`);
      expect(one).toMatchObject({ id, invocations, lost: 0 });
      expect(one.lifeline.map(({ ordinal }: Json) => ordinal)).toEqual([1, 2, 3, 4].slice(0, invocations));
    }
    expect(await get('sandboxes/image@3')).toMatchObject({ code: 'ERR_SANDBOX_NOT_FOUND' });
    // The same for a part of their lifetimes.
    const from = new Date(START + 25_000).toISOString();
    expect(await get(`functions/nameless?from=${from}`)).toMatchObject({ sandboxes: 2, invocations: 3 });
  });

  it('that are clones have invocations of their own', async () => {
    const of = async (sandbox: string) => (await get(`invocations?sandbox=${sandbox}`)).invocations.length;
    expect([await of('snapshot'), await of('snapshot@two'), await of('snapshot@three')]).toEqual([6, 3, 0]);
  });

  it('that have several ids in one environment are one, restarted', async () => {
    const { sandboxes } = await get('sandboxes?function=restarts');
    expect(sandboxes).toMatchObject([{ id: 'second', invocations: 4, restarts: 1, lost: 0 }]);
    expect(await get('sandboxes/first')).toMatchObject({ id: 'second', invocations: 4 });
  });

  it('get the most reliable reported name, or none', async () => {
    const { functions, total } = await get('functions');
    const byName = new Map<string, Json>(functions.map((one: Json) => [one.function, one]));
    const sources = (name: string): Json => byName.get(name).sandboxIdSources;
    expect(sources('clones')).toEqual(['sandscope.sandbox.id']);
    expect(sources('by-pod')).toEqual(['k8s.pod.uid']);
    expect(sources('by-container')).toEqual(['container.id']);
    expect(sources('by-service')).toEqual(['service.instance.id']);
    const nothing = byName.get('by-nothing');
    expect(nothing).toMatchObject({ invocations: 1, withoutSandbox: 1, knows: ['invocations'] });
    for (const name of ['sandboxes', 'alive', 'evicted', 'lostSpans', 'hosts'])
      expect(nothing).not.toHaveProperty(name);
    expect(nothing.missing.map(({ answers }: Json) => answers[0])).toContain('sandboxes');
    expect(total).toMatchObject({ withoutSandbox: 1, sandboxes: 16 });
    expect((await get('sandboxes?function=by-nothing')).sandboxes).toEqual([]);
    expect((await get('reuse?function=by-nothing')).functions).toMatchObject([
      { sandboxes: 0, ratio: { n: 0 } },
    ]);
  });
});

describe('invocations', () => {
  it('are calls from another process, or delivered messages', async () => {
    expect(await get('functions/queue')).toMatchObject({ invocations: 1 });
    expect(await get('functions/nested')).toMatchObject({ invocations: 1 });
  });

  it('are cold by their ordinal if nothing else is reported, unless the sandbox was initialised ahead', async () => {
    expect(await get('functions/numbered')).toMatchObject({ cold: 1, coldRate: { value: 0.25, n: 4 } });
    const { invocations } = await get('invocations?function=numbered&cold=true');
    expect(invocations).toMatchObject([{ ordinal: 1, initType: 'on_demand' }]);
    // The answer leaves out what the span does not contain.
    expect(invocations[0]).not.toHaveProperty('cold');
  });
});

it('a busy range is answered as if every invocation were examined', async () => {
  const scope = { fromMs: START - 600_000, toMs: START + 600_000 };
  for (const account of [undefined, '222']) {
    const [each, busy] = await Promise.all(
      [1e6, 0].map((maxInvocations) =>
        summariseFunctions(api.store, { ...scope, account, maxInvocations }, 100),
      ),
    );
    expect(busy?.window.plan).toBeDefined();
    const counted = (found = each) =>
      found?.functions.map((one) => ({ ...one, durationMs: 0, coldDurationMs: 0, warmDurationMs: 0 }));
    expect(counted(busy)).toEqual(counted(each));
    expect(busy?.functions.length).toBe(account === undefined ? 12 : 1);
  }
});

describe('an account', () => {
  it('is asked about by itself', async () => {
    expect(await get('functions/twice')).toMatchObject({
      code: 'ERR_SEVERAL_DEPLOYMENTS',
      message: expect.stringContaining('account') as unknown,
      details: { deployments: [{ accountId: '111' }, { accountId: '222' }] },
    });
    expect(await get('functions/twice?account=222')).toMatchObject({ invocations: 1, sandboxes: 1 });
    for (const list of ['sandboxes', 'invocations', 'reuse', 'hops']) {
      const body = await get(`${list}?function=twice&account=222`);
      expect([list, body[list === 'reuse' || list === 'hops' ? 'functions' : list].length]).toEqual([
        list,
        1,
      ]);
    }
    expect((await get('sandboxes?function=twice&account=333')).sandboxes).toEqual([]);
  });
});
