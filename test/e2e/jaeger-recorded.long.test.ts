/** The collector answers Jaeger's query API as a real Jaeger did when it was recorded: see `test/fixtures/jaeger`. */
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { askJaeger, JAEGER_CASES, V3_EMPTY_SEARCH } from '../support/jaeger-cases.ts';
import { sendShop, SHOP_START_MILLIS, SHOP_TRACES } from '../support/jaeger-spans.ts';
import { startCollector, temporaryFolder, type Collector } from '../support/stack.ts';

const recorded = JSON.parse(
  await readFile(new URL('../fixtures/jaeger/answers.json', import.meta.url), 'utf8'),
) as Record<string, unknown>;

describe("Jaeger's query API", () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let collector: Collector;
  /** The answer, which must have this status. */
  const ask = async (path: string, status = 200): Promise<never> => {
    const answer = await askJaeger(collector.url, path);
    expect([path, answer.status, answer.body]).toEqual([path, status, answer.body]);
    return answer.body as never;
  };

  beforeAll(async () => {
    folder = await temporaryFolder();
    collector = await startCollector(folder.path);
    await sendShop(collector.url);
    // Sent again, as by a client that missed the answer: this must change nothing.
    await sendShop(collector.url);
    await collector.settled();
  });
  afterAll(async () => {
    await collector?.child.stop();
    await folder?.remove();
  });

  it('has a recorded answer for every question', () => {
    expect(Object.keys(recorded).sort()).toEqual(JAEGER_CASES.map(({ path }) => path).sort());
  });

  it.each(JAEGER_CASES)('$about', async ({ path, form, status }) => {
    expect(form(await ask(path, status))).toEqual(recorded[path]);
  });

  const at = (millis: number): string => new Date(SHOP_START_MILLIS + millis).toISOString();
  const ALL = `query.startTimeMin=${at(-1)}&query.startTimeMax=${at(10_000)}`;
  const summaries = async (query: string): Promise<Summary[]> => {
    const body: { summaries: Summary[] } = await ask(`/api/v3/trace-summaries?${query}`);
    return body.summaries;
  };

  it('an empty search is an empty answer', async () => {
    expect(await ask(V3_EMPTY_SEARCH)).toEqual({ result: { resourceSpans: [] } });
    expect(await summaries(`${ALL}&query.serviceName=none`)).toEqual([]);
  });

  it('summaries of whole traces, newest first', async () => {
    const found = await summaries(`${ALL}&query.searchDepth=20`);
    const { bare, short, orphan, failed, order } = SHOP_TRACES;
    expect(found.map(({ traceId }) => traceId)).toEqual([bare, short, orphan, failed, order]);
    const nanos = (millis: number): string => `${(SHOP_START_MILLIS + millis) * 1000}123`;
    expect(found.at(-1)).toEqual({
      traceId: order,
      traceID: order,
      rootServiceName: 'front',
      rootOperationName: 'GET /order',
      minStartTimeUnixNano: nanos(0),
      maxEndTimeUnixNano: nanos(90.5),
      spanCount: 4,
      errorSpanCount: 0,
      orphanSpanCount: 0,
      services: [
        { name: 'front', spanCount: 2, errorSpanCount: 0 },
        { name: 'pay', spanCount: 2, errorSpanCount: 0 },
      ],
    });
    expect(found[3]).toMatchObject({ errorSpanCount: 1, services: [{ errorSpanCount: 1 }] });
    expect(found[2]).toMatchObject({ rootServiceName: '', rootOperationName: '', orphanSpanCount: 1 });
    expect(found[0]).toMatchObject({ rootServiceName: 'missing-service-name', rootOperationName: 'bare' });
  });

  it('no more traces than asked for', async () => {
    const newest = await summaries(`${ALL}&query.searchDepth=2`);
    expect(newest.map(({ traceId }) => traceId)).toEqual([SHOP_TRACES.bare, SHOP_TRACES.short]);
  });

  const json = (map: Record<string, string>): string => encodeURIComponent(JSON.stringify(map));
  it.each([
    ['errors', { error: 'true' }, ['failed']],
    ['no errors', { error: 'false', 'span.kind': 'CONSUMER' }, []],
    ['an error that is a text', { error: 'none' }, []],
    ['a kind', { 'span.kind': 'producer' }, ['orphan']],
    ['a status', { 'otel.status_code': 'OK' }, ['order']],
    ['a status message', { 'otel.status_description': 'card declined' }, ['failed']],
    ['a scope', { 'otel.scope.name': 'queue' }, ['orphan', 'short']],
    ['trace state', { 'w3c.tracestate': 'vendor=1,other=2' }, ['order']],
    ['all digits of a number', { large: '9223372036854775807' }, ['order']],
    ['other digits', { large: '9223372036854775808' }, []],
    ['an empty text', { empty: '' }, ['order']],
    ['an attribute that is not there', { absent: '' }, []],
    ['a quote', { user: "' OR 1 = 1 --" }, []],
    ['a name every object has', JSON.parse('{"__proto__":"x"}') as object, []],
    ['another such name', { constructor: 'x' }, []],
  ] as [string, Record<string, string>, (keyof typeof SHOP_TRACES)[]][])(
    'a search for %s',
    async (_what, attributes, traces) => {
      const found = await summaries(`${ALL}&query.attributes=${json(attributes)}`);
      expect(found.map(({ traceId }) => traceId).sort()).toEqual(
        traces.map((name) => SHOP_TRACES[name]).sort(),
      );
    },
  );

  it('a trace by its id in base64', async () => {
    const base64 = encodeURIComponent(Buffer.from(SHOP_TRACES.order, 'hex').toString('base64'));
    const whole = await ask(`/api/v3/traces/${SHOP_TRACES.order}`);
    expect(await ask(`/api/v3/traces/${base64}`)).toEqual(whole);
    expect(await ask(`/api/v3/traces/${SHOP_TRACES.order.toUpperCase()}`)).toEqual(whole);
  });

  it('says of a span that its parent is missing, unless asked for it raw', async () => {
    const warnings = async (query: string): Promise<unknown[]> => {
      const { data }: { data: { spans: { warnings: unknown }[] }[] } = await ask(
        `/api/traces/${SHOP_TRACES.orphan}${query}`,
      );
      return data[0]!.spans.map((span) => span.warnings);
    };
    expect(await warnings('')).toEqual([['parent span ffffffffffffffff is not in this trace'], null]);
    expect(await warnings('?raw=true')).toEqual([null, null]);
  });

  it.each([
    `${ALL}&query.filter=%7B%7D`,
    `${ALL}&query.pagination.pageSize=10`,
    `${ALL}&query.searchDepth=0`,
    `${ALL}&query.searchDepth=1e2`,
    `${ALL}&query.attributes=%7B%22a%22%3A1%7D`,
    `${ALL}&query.attributes=%5B%22a%22%5D`,
    `${ALL}&query.attributes=${json(Object.fromEntries(Array.from({ length: 33 }, (_, n) => [`k${n}`, 'v'])))}`,
    `query.startTimeMin=${at(1)}&query.startTimeMax=${at(0)}`,
    `query.startTimeMin=2024-02-30T00:00:00Z&query.startTimeMax=${at(0)}`,
  ])('refuses what it cannot honour: %s', async (query) => {
    for (const path of ['traces', 'trace-summaries']) {
      expect(await ask(`/api/v3/${path}?${query}`, 400)).toMatchObject({ error: { httpCode: 400 } });
    }
  });
});

interface Summary {
  readonly traceId: string;
  readonly [field: string]: unknown;
}
