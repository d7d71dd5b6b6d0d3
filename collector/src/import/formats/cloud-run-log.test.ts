import { describe, expect, it } from 'vitest';
import { fixture, imported } from '../imported.fixture.ts';

const T0 = Date.UTC(2025, 5, 1, 12);
const sinceT0 = (millis: number): number => Math.round((millis - T0) * 1000) / 1000;

describe('logs of Cloud Run', () => {
  it.each(['cloud-run.json', 'cloud-run-ascending.ndjson'])(
    'are one invocation a request, cold when it came before its instance was started: %s',
    async (file) => {
      const { spans, summary, sent } = await imported('cloud-run-log', [fixture(file)]);
      expect(summary).toMatchObject({ spans: 6, broken: 0 });
      const told = spans
        .map(({ startMs, resource, attributes }) => [
          sinceT0(startMs),
          resource['faas.instance'],
          attributes['faas.coldstart'],
        ])
        .sort(([a, x], [b, y]) => Number(a) - Number(b) || String(x).localeCompare(String(y)));
      expect(told).toEqual([
        [718.123, 'aaa', true],
        [1000, 'aaa', false],
        [60_000, 'aaa', false],
        [60_000, 'min', false],
        [120_000, 'old', undefined],
        [180_000, 'old', false],
      ]);
      const first = spans.find(({ startMs }) => sinceT0(startMs) === 718.123);
      expect(first).toMatchObject({
        name: 'shop',
        kind: 2,
        durationMs: 28_100,
        traceId: '0af7651916cd43dd8448eb211c80319c',
        resource: {
          'faas.version': 'shop-00007-abc',
          'cloud.platform': 'gcp_cloud_run',
          'cloud.region': 'europe-west1',
        },
      });
      const failed = spans.filter(({ status }) => status?.code === 2);
      expect(failed).toMatchObject([
        { attributes: { 'http.response.status_code': 503, 'error.type': '503' } },
      ]);
      expect(sent).not.toMatch(/jane|198\.51/);
    },
  );
});

describe('results of SeBS', () => {
  it('are invocations by the clock of the function; one that failed without a time is left out', async () => {
    const { spans, summary } = await imported('sebs', [fixture('sebs.json')]);
    expect(spans).toMatchObject([
      {
        name: '110-dynamic-html-256',
        startMs: T0 + 0.25,
        durationMs: 105,
        resource: {
          'faas.max_memory': 256 * 1024 ** 2,
          'cloud.platform': 'aws_lambda',
          'cloud.region': 'us-east-1',
        },
        attributes: {
          'faas.invocation_id': 'r1',
          'faas.coldstart': true,
          'sandscope.init.duration_ms': 150,
          'sandscope.billed.duration_ms': 107,
          'sandscope.memory.max_used_bytes': 38 * 1024 ** 2,
        },
      },
      { durationMs: 10.5, attributes: { 'faas.coldstart': false } },
    ]);
    expect(spans[1]?.attributes).not.toHaveProperty('sandscope.init.duration_ms');
    expect(summary.broken).toBe(1);
  });
});
