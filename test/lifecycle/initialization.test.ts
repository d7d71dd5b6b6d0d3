/** How sandboxes are initialised, and what their first spans say about it. */
import { describe, expect, test } from 'vitest';
import { attribute, startFunction } from '../support/wrapped-function.ts';

const ECHO = 'export const handler = wrap(async (event) => event);';

async function frozenAhead(fn: Awaited<ReturnType<typeof startFunction>>): Promise<void> {
  await expect.poll(() => fn.platform.status()).toMatchObject([{ state: 'frozen', invocations: 0 }]);
}

describe('initialised ahead', () => {
  test.each([
    ['provisioned-concurrency', 'provisioned', false, {}],
    ['on-demand', 'proactive', false, { SANDSCOPE_PROACTIVE_GAP_MILLIS: '30' }],
    ['snap-start', 'restored', true, {}],
  ] as const)('%s: %s', async (initialization, type, coldstart, environment) => {
    const fn = await startFunction(ECHO, { initialization, initializedAhead: 1, environment });
    await frozenAhead(fn);
    // Longer than the gap after which nobody can have waited.
    await new Promise((resolve) => setTimeout(resolve, 50));
    await fn.call();
    await fn.call();
    const [first, second] = fn.invocations();
    expect(first?.attributes).toMatchObject({ 'sandscope.init.type': type, 'faas.coldstart': coldstart });
    expect(second?.attributes).toMatchObject({ 'sandscope.init.type': type, 'faas.coldstart': false });
    expect(fn.named('sandscope.init')).toHaveLength(1);
    expect(attribute(first, 'sandbox.clone_group') !== undefined).toBe(initialization === 'snap-start');
    expect(attribute(first, 'sandbox.clone_group')).not.toBe(attribute(first, 'sandbox.id'));
  });

  test('on demand is on demand', async () => {
    const fn = await startFunction(ECHO);
    await fn.call();
    expect(fn.invocations()[0]?.attributes).toMatchObject({
      'sandscope.init.type': 'on_demand',
      'faas.coldstart': true,
    });
  });
});

/** Lets a function set its wall clock: `aheadMs`, from before any module of it is loaded. */
const SETTABLE_CLOCK = {
  NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(
    'const { now } = Date; globalThis.aheadMs = 0; Date.now = () => now() + aheadMs;',
  )}`,
};

describe('restored from a snapshot', () => {
  // No process can be cloned here, so its wall clock is set ahead, like that of a restored process.
  const RESTORE = `
    const tell = wrap(async ({ restore }) => { if (restore) aheadMs += restore; return 1; }, { name: 'f' });
    export const handler = tell;`;

  test('an id that was minted before is dropped, what is the same in all clones is a group', async () => {
    const fn = await startFunction(`${RESTORE} await tell({}, {}); await tell({}, {});`, {
      initialization: 'snap-start',
      timeoutSeconds: 30,
      environment: SETTABLE_CLOCK,
    });
    await fn.call({ restore: 1500 });
    await fn.call();
    await fn.call({ restore: 1500 });
    await fn.call();
    await fn.collector.until(() => fn.invocations().length === 6);
    const reported = fn.invocations().map((span) => ({
      id: attribute(span, 'sandbox.id'),
      group: attribute(span, 'sandbox.clone_group'),
      ordinal: attribute(span, 'sandbox.ordinal'),
    }));
    expect(reported.map(({ ordinal }) => ordinal)).toEqual(['1', '2', '3', '1', '2', '3']);
    expect(new Set(reported.slice(0, 3).map(({ id }) => id)).size).toBe(1);
    expect(new Set(reported.slice(3).map(({ id }) => id)).size).toBe(1);
    expect(reported[3]?.id).not.toBe(reported[0]?.id);
    expect(new Set(reported.map(({ group }) => group)).size).toBe(1);
    // A restore happens once; a later jump means that the clock was set.
    expect(reported[5]?.id).toBe(reported[3]?.id);
  });

  test('elsewhere a clock that is set changes neither the id nor a duration', async () => {
    const fn = await startFunction(
      `export const handler = wrap(async (event) => { aheadMs += event.setMs; });`,
      { environment: SETTABLE_CLOCK },
    );
    const began = performance.now();
    for (const setMs of [0, 3_600_000, -7_200_000]) await fn.call({ setMs });
    await fn.call({ setMs: 0 });
    const calledMs = performance.now() - began;
    const spans = fn.invocations();
    expect(spans).toHaveLength(4);
    expect(new Set(spans.map((span) => attribute(span, 'sandbox.id'))).size).toBe(1);
    for (const span of spans) {
      const ms = Number(BigInt(span.endTimeUnixNano) - BigInt(span.startTimeUnixNano)) / 1e6;
      expect(ms).toBeGreaterThanOrEqual(0);
      expect(ms).toBeLessThan(calledMs);
      expect(Number(attribute(span, 'sandbox.idle_ms') ?? 0)).toBeLessThan(calledMs);
    }
  });
});

describe('that ends its process', () => {
  test.each([
    ['before it wraps', 'process.exit(3);'],
    ['after it wrapped', `${ECHO} process.exit(3);`],
  ])('%s', async (_when, source) => {
    const fn = await startFunction(source);
    expect((await fn.call()).functionError).toBe('Unhandled');
    await fn.collector.until((spans) => spans.length > 0);
    expect(fn.named('sandscope.init')[0]).toMatchObject({
      status: { code: 2 },
      attributes: { 'error.type': 'ProcessExit' },
      resource: { 'faas.name': 'f', 'sandscope.platform': 'aws-lambda' },
    });
    expect(fn.invocations()).toHaveLength(0);
  });
});

describe('managed instances', () => {
  const MANAGED = { initialization: 'lambda-managed-instances', concurrencyPerSandbox: 4 } as const;
  const PROCESS_WIDE = [
    'cpu.user_ms',
    'cpu.system_ms',
    'faults.minor',
    'context_switches.voluntary',
    'io.write_bytes',
    'network.rx_bytes',
    'io.http_count',
  ];

  test('what several did together is claimed by none of them, and every span arrives', async () => {
    const fn = await startFunction(
      `import { setTimeout as sleep } from 'node:timers/promises';
       export const handler = wrap(async ({ ms }) => { await sleep(ms); return process.pid; });`,
      MANAGED,
    );
    await fn.call({ ms: 1 });
    const pids = await Promise.all(
      [150, 150, 120, 40].map(async (ms) => (await fn.platform.call('f', { ms })).body),
    );
    expect(new Set(pids).size).toBe(1);
    await fn.platform.atRest();
    await fn.call({ ms: 1 });
    await fn.collector.until(() => fn.invocations().length === 6);
    const spans = fn
      .invocations()
      .sort((a, b) => Number(attribute(a, 'sandbox.ordinal')) - Number(attribute(b, 'sandbox.ordinal')));
    const shared = spans.map((span) => attribute(span, 'window.shared'));
    expect(shared).toEqual([false, true, true, true, true, false]);
    expect(spans.slice(1, 5).map((span) => attribute(span, 'sandbox.concurrent'))).toEqual([
      '1',
      '2',
      '3',
      '4',
    ]);
    for (const span of spans) {
      const claims = PROCESS_WIDE.some((name) => attribute(span, name) !== undefined);
      expect(claims).toBe(attribute(span, 'window.shared') === false);
      expect(attribute(span, 'machine.cpu.idle_ms')).toBeDefined();
      expect(attribute(span, 'memory.rss_bytes')).toBeDefined();
      expect(span.attributes).toMatchObject({ 'sandscope.init.type': 'managed', 'faas.coldstart': false });
    }
    const ids = spans.map((span) => attribute(span, 'faas.invocation_id'));
    expect(new Set(ids).size).toBe(6);
  });

  test('nothing is registered and nobody is told of a failure', async () => {
    const fn = await startFunction(ECHO, MANAGED);
    await fn.call();
    await fn.collector.until(() => fn.invocations().length === 1);
    expect(attribute(fn.invocations()[0], 'sandbox.concurrent')).toBe('1');
  });
});
