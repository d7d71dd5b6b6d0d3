/** The page on paper, in colours that the system forces, and as narrow as a zoom makes it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Browser, hasBrowser, type Tab } from './chromium.ts';
import { complaintsOf, filledCollector, settled, type Filled } from './pages.ts';
import { listOf, spanOf } from './span.ts';

const SHEET = 700;
/** WCAG 1.4.10: 1,280 pixels at a zoom of 400 %. */
const REFLOW = 320;

/** As the page was read; the machine may be busy. */
const eventually = (ask: () => Promise<unknown>) => expect.poll(ask, { timeout: 120_000 });

describe.skipIf(!hasBrowser())('the page elsewhere than on a usual screen', { timeout: 300_000 }, () => {
  let filled: Filled;
  let browser: Browser;

  beforeAll(async () => {
    [filled, browser] = await Promise.all([filledCollector(), Browser.start()]);
    await sendPlain();
  });
  afterAll(async () => {
    await browser?.stop();
    await filled?.stop();
  });

  /** A call as any instrumentation tells it: neither a sandbox nor how it started. */
  async function sendPlain(): Promise<void> {
    const span = spanOf(
      'GET /',
      2,
      '7'.repeat(32),
      '7'.repeat(16),
      undefined,
      Date.now() - 60_000,
      20,
      {},
      false,
    );
    const response = await fetch(`${filled.collector.url}/v1/traces`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        resourceSpans: [
          {
            resource: { attributes: listOf({ 'service.name': 'plain-web' }) },
            scopeSpans: [{ scope: { name: 'any' }, spans: [span] }],
          },
        ],
      }),
    });
    expect(response.ok).toBe(true);
  }

  async function show(path: string, width: number, scheme: 'light' | 'dark' = 'light'): Promise<Tab> {
    const tab = await browser.open('about:blank');
    await tab.look(width, 900, scheme);
    await tab.goTo(filled.collector.url + path);
    await settled(tab);
    return tab;
  }

  /** What reaches beyond the sheet, and pictures that were not drawn for their width. */
  const BADLY_PRINTED = `[...document.querySelectorAll('main *')].filter((element) => {
    const { right, width } = element.getBoundingClientRect();
    if (width > 0 && right > ${SHEET + 1} && !element.closest('.visually-hidden, .cut, .spans svg')) return true;
    return element.matches('.chart canvas') && Math.abs(element.width / devicePixelRatio - width) > 1;
  }).map((element) => element.outerHTML.slice(0, 120))`;

  it.each(['/', '/f/checkout/cold-starts', '/f/thumbnail/hosts'])(
    'prints %s in light colours on one sheet, without what is to be pressed',
    async (path) => {
      const tab = await show(path, 1440, 'dark');
      await tab.media('print', { 'prefers-color-scheme': 'dark' });
      await eventually(() => tab.evaluate('document.documentElement.dataset.theme')).toBe('paper');
      expect(await tab.evaluate(BADLY_PRINTED)).toEqual([]);
      expect(
        await tab.evaluate(
          `[...document.querySelectorAll('.rail, .bar, .acts, .segments')].filter((one) => one.checkVisibility()).length`,
        ),
      ).toBe(0);
      expect(await tab.evaluate("getComputedStyle(document.body).getPropertyValue('--ink')")).toBe('#1c1a17');
      await tab.media('', { 'prefers-color-scheme': 'dark' });
      await eventually(() => tab.evaluate('document.documentElement.dataset.theme')).toBe('dark');
      await eventually(() => tab.evaluate("document.querySelector('.rail').checkVisibility()")).toBe(true);
      expect(String(await tab.pdf()).slice(0, 5)).toBe('%PDF-');
      expect(await tab.evaluate('document.documentElement.dataset.theme')).toBe('dark');
      expect(complaintsOf(tab)).toEqual([]);
      await tab.close();
    },
  );

  it('keeps pictures and states visible where the system forces its colours', async () => {
    const tab = await show('/f/checkout/cold-starts', 1440, 'dark');
    await tab.media('', { 'forced-colors': 'active', 'prefers-color-scheme': 'dark' });
    await eventually(() => tab.evaluate("matchMedia('(forced-colors: active)').matches")).toBe(true);
    const ground = (selector: string): Promise<string> =>
      tab.evaluate(`getComputedStyle(document.querySelector(${JSON.stringify(selector)})).backgroundColor`);
    expect(await ground('.chart canvas')).toBe('rgb(29, 27, 24)');
    expect(await ground(".segments [aria-pressed='true']")).not.toBe(
      await ground(".segments [aria-pressed='false']"),
    );
    expect(await ground(".rail [aria-current='page']")).not.toBe(await ground('.rail a:not([aria-current])'));
    await tab.close();
  });

  it.each(['hosts', 'sandboxes'])('says what calls lack that tell nothing of their %s', async (page) => {
    const tab = await show(`/f/plain-web/${page}`, 1440);
    await eventually(() => tab.evaluate("document.querySelector('h1')?.innerText")).toMatch(
      /^1\scall came in this range; none tells what this page shows\.$/,
    );
    expect(await tab.evaluate("document.querySelector('.paste').innerText")).toContain('faas.instance');
    expect(complaintsOf(tab)).toEqual([]);
    await tab.close();
  });

  it.each(['/', '/f/checkout/cold-starts', '/f/thumbnail/hosts', '/traces'])(
    'fits %s into the width of a zoom',
    async (path) => {
      const tab = await show(path, REFLOW);
      const past = (): Promise<unknown> =>
        tab.evaluate(`[document.documentElement.scrollWidth, ...[...document.querySelectorAll('main button')]
          .filter((one) => one.checkVisibility() && !one.closest('.scroll')).map((one) => one.getBoundingClientRect().right)]
          .filter((right) => right > ${REFLOW})`);
      await eventually(past).toEqual([]);
      expect(complaintsOf(tab)).toEqual([]);
      await tab.close();
    },
  );
});
