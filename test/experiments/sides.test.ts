import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lambdaTarget, measured, openClientSpans } from '@sandscope/probes/outside';
import type { ProbeResult } from '@sandscope/probes/outside';
import { joinCollector } from '../../collector/src/experiments/index.ts';
import type { PlatformHandle } from '../../examples/local-platform/src/platform.ts';
import { sharedCollector } from '../support/shared-collector.ts';
import { getJson, until } from '../support/stack.ts';
import { example, measure, probeFunction, restedTarget, startTruth, targetOf } from './harness.ts';

const collector = sharedCollector();
let platform: PlatformHandle;

beforeAll(async () => {
  platform = await startTruth(
    [probeFunction('probe'), { name: 'add', source: example('add'), memoryMb: 256 }],
    { collector: collector().url },
  );
});
afterAll(() => platform.stop());

describe('both sides of a call', () => {
  it('are joined by the collector if the function reports nothing to its caller', async () => {
    const { url } = collector();
    const spans = await openClientSpans({ endpoint: url, experiment: 'burst', runId: 'a-run' });
    const notices: string[] = [];
    const { samples, missing, summary } = await measure(
      'burst',
      restedTarget(platform, targetOf(platform, 'add')),
      {
        set: ['sizes=1', 'idle=50ms', 'repeats=3'],
        event: { a: 1, b: 2 },
        openSpans: () => Promise.resolve(spans),
        join: (own, startedUnixMs) =>
          joinCollector(own, startedUnixMs, { url, notice: (text) => notices.push(text) }),
      },
    );
    expect(notices).toEqual([]);
    expect(samples.map(({ start, startGround }) => [start, startGround])).toEqual([
      ['cold', 'collector'],
      ['warm', 'collector'],
      ['warm', 'collector'],
    ]);
    expect(new Set(samples.map(({ sandboxId }) => sandboxId)).size).toBe(1);
    expect(samples[0]?.sandboxId).toMatch(/./);
    expect(missing.map(({ column }) => column)).not.toContain('start');
    // A busy client may send a call late, which is then in no figure.
    const ok = measured(samples);
    const cold = ok.filter(({ start }) => start === 'cold').length;
    expect(summary.bursts[0]?.coldShare).toMatchObject({ value: cold / ok.length, n: ok.length });
    // The client's span is the parent of the invocation's, in one trace.
    const trace = `${url}/api/v1/traces/${samples[0]!.traceId}`;
    const text = await until(
      'both spans of the trace',
      async () => JSON.stringify(await getJson(trace)),
      (json) => json.includes('sandscope-probe-burst') && json.includes('"add"'),
    );
    expect(text).toContain('sandscope.probe.run_id');
  });
});

describe('AWS Lambda, by its own client', () => {
  const lambda = (functionName: string) =>
    lambdaTarget({
      functionName,
      region: 'local',
      endpoint: platform.url,
      credentials: { accessKeyId: 'none', secretAccessKey: 'none' },
    });

  it('is called by name, and reports its facts', async () => {
    const result: ProbeResult = await measure('concurrency', await lambda('probe'), {
      set: ['widths=1,2', 'time=200ms', 'hold=20ms'],
    });
    expect(result.target).toEqual({
      kind: 'lambda',
      name: 'probe',
      identity: { function: 'probe', region: 'local' },
    });
    expect(result.counts.errors).toEqual({});
    // Each caller at each width.
    expect(result.counts.ok).toBeGreaterThanOrEqual(3);
    expect(result.missing.map(({ column }) => column)).toContain('connectedMs');
  });

  it('distinguishes missing functions from failing ones', async () => {
    const none = await measure('concurrency', await lambda('nobody'), { set: ['widths=1', 'time=10ms'] });
    expect(none.counts).toMatchObject({ ok: 0, errors: { client_error: expect.any(Number) as number } });
    const failing = await measure('concurrency', await lambda('add'), { set: ['widths=1', 'time=10ms'] });
    expect(failing.counts).toMatchObject({ ok: 0, errors: { function_error: expect.any(Number) as number } });
  });
});
