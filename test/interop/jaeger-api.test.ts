/** The same spans in a real Jaeger and in the collector: both answer Jaeger's query API alike. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { askJaeger, JAEGER_CASES, V3_EMPTY_SEARCH } from '../support/jaeger-cases.ts';
import { sendShop } from '../support/jaeger-spans.ts';
import { startCollector, temporaryFolder, type Collector } from '../support/stack.ts';
import { startJaeger, type Jaeger } from './jaeger.ts';
import { describeWithProgram } from './peers.ts';

describeWithProgram('jaeger', (program) => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let jaeger: Jaeger;
  let collector: Collector;

  beforeAll(async () => {
    folder = await temporaryFolder();
    [jaeger, collector] = await Promise.all([startJaeger(program, folder.path), startCollector(folder.path)]);
    await Promise.all([sendShop(jaeger.otlp), sendShop(collector.url)]);
    await collector.settled();
  });
  afterAll(async () => {
    await collector?.child.stop();
    await jaeger?.kill();
    await folder?.remove();
  });

  it.each(JAEGER_CASES)('$about', async ({ path, form, status }) => {
    const theirs = await askJaeger(jaeger.query, path);
    const ours = await askJaeger(collector.url, path);
    expect([ours.status, theirs.status]).toEqual([status, status]);
    expect(form(ours.body as never)).toEqual(form(theirs.body as never));
  });

  it('a search that finds nothing is answered otherwise, on purpose', async () => {
    expect(await askJaeger(jaeger.query, V3_EMPTY_SEARCH)).toMatchObject({ status: 404 });
    const empty = { status: 200, body: { result: { resourceSpans: [] } } };
    expect(await askJaeger(collector.url, V3_EMPTY_SEARCH)).toEqual(empty);
  });
});
