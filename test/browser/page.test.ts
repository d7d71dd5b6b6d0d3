/** The page in a real browser, with an afternoon of calls: every picture, by pointer and keys, with hostile names. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseTokens } from '../../collector/src/security/index.ts';
import { readForecast } from '../../collector/src/share/forecast.ts';
import { Browser, hasBrowser, type Tab } from './chromium.ts';
import { complaintsOf, filledCollector, PAGES, settled, type Filled } from './pages.ts';
import { PROFILES } from './scenario.ts';

const TOKEN = 'query-token-0123456789';
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
/** Pictures that are not there, but whose marks are explained. */
const LEGENDS_OF_NOTHING = `[...document.querySelectorAll('[data-picture]')]
  .filter((card) => card.querySelector('.body > .state') && card.querySelector('.legend .item'))
  .map((card) => card.dataset.picture)`;
const SCRIPT = "window.broken='yes';alert(1)";

/**
 * `npm test` opens one of the pages with pictures, and tests the general risks: tokens, hostile names, the first run,
 * the budget. `npm run test:page` opens all of them, and uses them as people do.
 */
const isLong = process.env['SANDSCOPE_TEST_FORM'] === 'long';

/** The machine may be busy. */
const eventually = (ask: () => Promise<unknown>) => expect.poll(ask, { timeout: 120_000 });

describe.skipIf(!hasBrowser())('in a browser', { timeout: 300_000 }, () => {
  let filled: Filled;
  let browser: Browser;
  let base: string;

  beforeAll(async () => {
    const started = await Promise.all([filledCollector(parseTokens(TOKEN, 'test')), Browser.start()]);
    [filled, browser] = started;
    base = filled.collector.url;
  });
  afterAll(async () => {
    await browser?.stop();
    await filled?.stop();
  });

  const textOf = (tab: Tab, selector: string): Promise<string> =>
    tab.evaluate(`document.querySelector(${JSON.stringify(selector)})?.innerText ?? ''`);

  /** A tab that already has the token. */
  async function show(
    path: string,
    look: readonly [number, number, 'light' | 'dark'] = [1440, 900, 'light'],
  ): Promise<Tab> {
    const tab = await browser.open(`${base}/healthz`);
    await tab.look(...look);
    await tab.evaluate(`sessionStorage.setItem('sandscope.token', ${JSON.stringify(TOKEN)})`);
    tab.complaints.length = 0;
    await tab.goTo(base + path);
    await settled(tab);
    return tab;
  }

  /** Centres and edges of the canvases that react to the pointer. */
  const chartsOf = (tab: Tab): Promise<{ x: number; y: number; width: number; height: number }[]> =>
    tab.evaluate(`[...document.querySelectorAll('.chart')].map((chart) => {
      const { x, y, width, height } = chart.getBoundingClientRect(); return { x, y, width, height }; })`);

  /** Moves the pointer over every visible picture. */
  async function hover(tab: Tab): Promise<number> {
    let tips = 0;
    for (const { x, y, width, height } of await chartsOf(tab)) {
      for (let step = 0; step <= 12; step += 1) {
        await tab.pointer(
          x + (width * (step + 0.5)) / 13,
          Math.min(890, y + height * (((step * 7) % 10) / 10 + 0.05)),
        );
        if (step % 2 === 0 && (await tab.evaluate<boolean>("document.querySelector('.tip') !== null")))
          tips += 1;
      }
    }
    return tips;
  }

  /** Violations of WCAG A and AA that axe finds. */
  async function violations(tab: Tab): Promise<string[]> {
    await tab.evaluate(AXE);
    return tab.evaluate(`axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] })
      .then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes.slice(0, 3).map(({ html, any }) => html.slice(0, 160) + ' ' + (any[0]?.message ?? '')).join(' | ')))`);
  }

  const overflow = (tab: Tab): Promise<number> =>
    tab.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');

  it('asks for the token, keeps it for the tab, and shows hostile names as the text they are', async () => {
    const tab = await browser.open(`${base}/`);
    const enter = async (token: string): Promise<void> => {
      await eventually(() => tab.evaluate("document.getElementById('token') !== null")).toBe(true);
      await tab.evaluate("document.getElementById('token').select()");
      await tab.type(token);
      await tab.press('Enter');
    };
    await enter('wrong-token-0123456789');
    await eventually(() => textOf(tab, '#token-note')).toBe('That token is not valid here.');
    await enter(` ${TOKEN} `);
    await eventually(() => textOf(tab, '.functions')).toContain('thumbnail');
    await settled(tab);
    const table = await textOf(tab, '.functions');
    for (const { name } of PROFILES) expect(table).toContain(name);
    const found = await tab.evaluate(`({
      scripts: document.scripts.length,
      foreign: document.querySelectorAll('iframe, object, embed, style, [onerror], [onload], a[href^="javascript:"], img:not([src^="/assets/"])').length,
      broken: String(window.broken),
      stored: sessionStorage.length,
      lasting: localStorage.length,
      url: location.href,
    })`);
    expect(found).toEqual({
      scripts: 1,
      foreign: 0,
      broken: 'undefined',
      stored: 1,
      lasting: 0,
      url: `${base}/`,
    });
    expect(tab.dialogs).toEqual([]);
    expect(complaintsOf(tab).filter((text) => !/status of 401/.test(text))).toEqual([]);
    for (const url of tab.requested) expect(new URL(url).host || 'data').toMatch(/^127\.0\.0\.1:|^data$/);
  });

  it('ignores the answer to an earlier token', async () => {
    const tab = await browser.open(`${base}/`);
    await eventually(() => tab.evaluate("document.getElementById('token') !== null")).toBe(true);
    // Holds every answer to the wrong token but the first until it is released.
    await tab.evaluate(`{
      const { fetch } = window;
      let answers = 0;
      const released = new Promise((resolve) => { window.release = resolve; });
      window.held = 0;
      window.fetch = async (url, options) => {
        const answer = await fetch(url, options);
        if (answer.status !== 401 || (answers += 1) === 1) return answer;
        window.held += 1;
        await released;
        return answer;
      };
    }`);
    const enter = async (token: string): Promise<void> => {
      await tab.evaluate("document.getElementById('token').select()");
      await tab.type(token);
      await tab.press('Enter');
    };
    await enter('wrong-token-0123456789');
    await eventually(() => textOf(tab, '#token-note')).toBe('That token is not valid here.');
    await eventually(() => tab.evaluate('window.held > 0')).toBe(true);
    await enter(TOKEN);
    await eventually(() => textOf(tab, 'main')).not.toContain('token');
    await tab.evaluate('window.release()');
    await eventually(() => textOf(tab, '.functions')).toContain('thumbnail');
    await settled(tab);
    expect(await tab.evaluate("document.getElementById('token-form') !== null")).toBe(false);
    await tab.close();
  });

  it.each(isLong ? PAGES : PAGES.filter(([name]) => name === 'cold-starts'))(
    '%s answers, without complaint while it is hovered, and passes axe in light and dark',
    async (name, path) => {
      const tab = await show(path);
      expect(await textOf(tab, 'main')).not.toContain('could not be loaded');
      expect(await overflow(tab)).toBeLessThanOrEqual(0);
      // What is missing is said instead of a picture, so there is nothing to explain.
      expect(await tab.evaluate(LEGENDS_OF_NOTHING)).toEqual([]);
      // The list of calls is a table: it has nothing to hover over.
      expect(await hover(tab)).toBeGreaterThan(name === 'traces' ? -1 : 0);
      expect(await violations(tab)).toEqual([]);
      await tab.look(390, 844, 'dark');
      await eventually(() => overflow(tab)).toBeLessThanOrEqual(0);
      expect(await violations(tab)).toEqual([]);
      expect([complaintsOf(tab), tab.dialogs]).toEqual([[], []]);
      await tab.close();
    },
  );

  it.skipIf(!isLong)('shows who waits, why, and the lifetimes of sandboxes and hosts', async () => {
    const tab = await show('/');
    expect(await textOf(tab, 'h1')).toMatch(
      new RegExp(
        `^Since .+ of ${filled.calls.toLocaleString('en')} calls waited for a cold start, .+ in all; .+ of the waiting\\.$`,
      ),
    );
    const short = await textOf(tab, '.in-short');
    expect(short).toMatch(/A cold start costs its caller .+; \d+\s% is .+\./);
    expect(short).toMatch(/Idle too long( probably)? explains \d+\s%/);
    expect(short).toMatch(/Half are( perhaps)? gone after .+\sidle \(.+\)\./);
    expect(short).toMatch(/Ping once every .+: .+ cold starts a month would go away\./);
    expect(short).toMatch(/Only thumbnail does: \d+\stimes in \d+\scalls\./);
    await tab.goTo(`${base}/hosts`);
    await settled(tab);
    expect(await textOf(tab, '[data-picture="hopping"] .verdict')).toMatch(
      /^Four hosts serve all; only thumbnail hops, on [\d.]+\s% of its calls\.$/,
    );
    await tab.goTo(`${base}/f/thumbnail/hosts`);
    await settled(tab);
    expect(await textOf(tab, '[data-picture="hop-scatter"] .verdict')).toMatch(
      /^Four hosts serve it; it changes host on [\d.]+\s%\s*of calls, not on \d+\s%\s*as by chance\.$/,
    );
    // Of one, each sandbox has a kernel of its own; the spans of the other name none.
    for (const [name, why] of [
      ['checkout', /^Each sandbox has a kernel of its own here/],
      ['nightly-report', /^These calls name neither a kernel nor a host/],
    ] as const) {
      await tab.goTo(`${base}/f/${name}/hosts`);
      await settled(tab);
      await eventually(() => textOf(tab, '[data-picture="hop-scatter"] .state')).toMatch(why);
    }
    await tab.goTo(`${base}/f/checkout/cold-starts`);
    await settled(tab);
    expect(await textOf(tab, '[data-picture="causes"] .verdict')).toMatch(
      /^Idle too long( probably)? explains \d+\s%/,
    );
    expect(await textOf(tab, '[data-picture="phases"] .verdict')).toMatch(
      /^A cold start costs its caller \d+\sms; \d+\s% is your modules\.$/,
    );
    await tab.goTo(`${base}/f/checkout/keep-warm`);
    await settled(tab);
    expect(await textOf(tab, '[data-picture="survival"] .verdict')).toMatch(
      /^Half are( perhaps)? gone after 5\smin\s\d+\ss\sidle/,
    );
    await tab.close();
  });

  it.skipIf(!isLong)('leads from a dot to its trace and back by keys alone', async () => {
    const tab = await show('/f/checkout/cold-starts');
    await tab.evaluate('document.querySelector(\'[data-picture="cold-starts"] .chart\').focus()');
    await tab.press('c');
    await eventually(() => textOf(tab, '.tip')).toMatch(/ms cold/);
    await eventually(() => textOf(tab, '#spoken')).toMatch(/ms cold/);
    await tab.press('Enter');
    await eventually(() => tab.evaluate('location.pathname')).toMatch(/^\/f\/checkout\/trace\/[0-9a-f]{32}$/);
    await settled(tab);
    expect(await textOf(tab, 'h1')).toMatch(/^The caller waited .+ because no sandbox was free\.$/);
    const spans = await tab.evaluate(
      "[...document.querySelectorAll('[role=treeitem] .says')].map((row) => row.textContent)",
    );
    expect(spans).toEqual([
      expect.stringMatching(/^invoke checkout, web-gateway/),
      expect.stringMatching(/^platform wait, checkout, .+ inferred$/),
      expect.stringMatching(/^initialise, checkout/),
      expect.stringMatching(/^checkout, checkout/),
      expect.stringMatching(/^GET \/items, checkout/),
    ]);
    expect(await violations(tab)).toEqual([]);
    await tab.evaluate('history.back()');
    await eventually(() => tab.evaluate('location.pathname')).toBe('/f/checkout/cold-starts');
    await settled(tab);
    await tab.press('g');
    await tab.press('h');
    await eventually(() => tab.evaluate('location.pathname')).toBe('/f/checkout/hosts');
    await settled(tab);
    expect(await textOf(tab, 'main')).toContain('declare it: set SANDSCOPE_HOST_ID');
    expect(complaintsOf(tab)).toEqual([]);
    await tab.close();
  });

  it.skipIf(!isLong)(
    'leads from the list to a function, and from there to a page by its letter',
    async () => {
      const tab = await show('/');
      await tab.evaluate(
        "[...document.querySelectorAll('.functions a')].find((link) => link.innerText === 'checkout').click()",
      );
      await eventually(() => tab.evaluate('location.pathname')).toMatch(
        /^\/f\/(aws_lambda~[^/]+~)?checkout$/,
      );
      await settled(tab);
      expect(await textOf(tab, 'h1')).toBe('checkout');
      expect(await tab.evaluate("document.querySelectorAll('[data-picture]').length")).toBe(10);
      await tab.press('g');
      await tab.press('m');
      await eventually(() => tab.evaluate('location.pathname')).toMatch(/checkout\/cost$/);
      await settled(tab);
      expect(await textOf(tab, '[data-picture="memory"] .verdict')).toMatch(
        /^[\d,]+\sMB(, as it is, is the cheapest size| would be .+ than 512\sMB today)\.$/,
      );
      expect(complaintsOf(tab)).toEqual([]);
      await tab.close();
    },
  );

  it.skipIf(!isLong)(
    'marks what is new since last week with one request, and leads to the cause',
    async () => {
      const tab = await show('/');
      const week =
        "[...document.querySelectorAll('.functions tbody tr')].find(({ innerText }) => innerText.includes('nightly-report')).querySelector('.week')";
      await eventually(() => tab.evaluate(`${week}.innerText`)).toBe('▲ new cause\nnew version: 0 → 14');
      const asked = (question: string): number =>
        tab.requested.filter((url) => url.includes(`/api/v1/${question}?`)).length;
      const bytes = (): number => [...tab.received.values()].reduce((sum, own) => sum + own, 0);
      const [before, refreshes] = [bytes(), asked('functions')];
      await expect.poll(async () => asked('functions')).toBeGreaterThan(refreshes);
      await expect.poll(async () => bytes()).toBeGreaterThan(before);
      expect(bytes() - before).toBeLessThan(30_000);
      expect(tab.requested.filter((url) => url.includes('/cold-starts?from=-15d'))).toHaveLength(1);
      await tab.evaluate(`${week}.querySelector('a').click()`);
      await eventually(() => tab.evaluate('location.pathname + location.search')).toMatch(
        /nightly-report\/cold-starts\?from=-15d$/,
      );
      await settled(tab);
      expect(await textOf(tab, '[data-picture="causes"] .verdict')).toContain(
        'Since last week: ▲ new cause, new version: 0 → 14 a week',
      );
      expect(complaintsOf(tab)).toEqual([]);
      await tab.close();
    },
  );

  it.skipIf(!isLong)('polls the state of an idle collector less often than new data', async () => {
    const tab = await show('/');
    const lastGapMs = `(([before, last]) => last - before)(performance.getEntriesByType('resource')
      .filter(({ name }) => name.endsWith('/api/v1/status')).slice(-2).map(({ startTime }) => startTime))`;
    await eventually(() => tab.evaluate<number>(lastGapMs)).toBeGreaterThan(25_000);
    expect(complaintsOf(tab)).toEqual([]);
    await tab.close();
  });

  it.skipIf(!isLong)('answers later what was unknown when it was opened', async () => {
    const tab = await show('/f/checkout/keep-warm');
    const asked = (): number => tab.requested.filter((url) => url.includes('/survival?')).length;
    const before = asked();
    await eventually(async () => asked()).toBeGreaterThan(before);
    expect(complaintsOf(tab)).toEqual([]);
    await tab.close();
  });

  it.skipIf(!isLong)('fills a very large screen', async () => {
    const tab = await show('/f/checkout/cold-starts', [3840, 2160, 'light']);
    const used =
      "Math.max(...[...document.querySelectorAll('.card')].map((card) => card.getBoundingClientRect().right))";
    expect(await tab.evaluate(used)).toBeGreaterThan(3400);
    expect(await overflow(tab)).toBeLessThanOrEqual(0);
    await tab.close();
  });

  it.skipIf(!isLong)('shows the effect of pings while the slider moves, without requests', async () => {
    const tab = await show('/f/thumbnail/keep-warm');
    const verdict = (): Promise<string> => textOf(tab, '[data-picture="keep-warm-advice"] .verdict');
    const asked = (): number => tab.requested.filter((url) => url.includes('/keep-warm?')).length;
    const [advised, before] = [await verdict(), asked()];
    const { x, y, width, height } = await tab.evaluate<Record<'x' | 'y' | 'width' | 'height', number>>(
      "(({ x, y, width, height }) => ({ x, y, width, height }))(document.querySelector('.calculator input').getBoundingClientRect())",
    );
    const middle = y + height / 2;
    await tab.pointer(x + width * 0.5, middle, 'mousePressed', true);
    await tab.pointer(x + width * 0.7, middle, 'mouseMoved', true);
    await eventually(verdict).not.toBe(advised);
    expect(await verdict()).toMatch(/^Ping once every .+: .+ cold starts a month would go away/);
    expect(await tab.evaluate('location.search')).toBe('');
    await tab.pointer(x + width * 0.7, middle, 'mouseReleased');
    await eventually(() => tab.evaluate('location.search')).toMatch(/^\?ping=\d+000$/);
    expect(asked()).toBe(before);
    // How many cold starts more sandboxes avoid depends on the bursts: the collector tells.
    await tab.evaluate("document.querySelector('.calculator input[type=number]').select()");
    await tab.type('4');
    await eventually(verdict).toMatch(/^Ping 4 at once every /);
    expect(await tab.evaluate('location.search')).toMatch(/hold=4/);
    expect(await violations(tab)).toEqual([]);
    expect(complaintsOf(tab)).toEqual([]);
    await tab.close();
  });

  it.skipIf(!isLong)('replays the last cold starts when asked, and stops by itself', async () => {
    const tab = await show('/f/checkout/cold-starts');
    const button = '[data-picture="replay"] .head .control';
    expect(await textOf(tab, '[data-picture="replay"] .verdict')).toMatch(
      /^The longest wait of the last 10\scold starts was .+\.$/,
    );
    await tab.evaluate(`document.querySelector('${button}').click()`);
    await eventually(() => textOf(tab, button)).toBe('■ Stop');
    await eventually(() => textOf(tab, button)).toBe('▶ Play');
    expect(complaintsOf(tab)).toEqual([]);
    await tab.close();
  });

  it.skipIf(!isLong)(
    'shares a forecast as a link that opens without a collector and names nobody',
    async () => {
      const tab = await show('/f/checkout/cost');
      const field = "document.querySelector('.share input').value";
      await eventually(() =>
        tab.evaluate(`document.querySelector('.share input') !== null && ${field}`),
      ).toMatch(/\/viewer#m1\.[\w-]+$/);
      const link = await tab.evaluate<string>(field);
      const forecast = await readForecast(new URL(link).hash.slice(1));
      expect(JSON.stringify(forecast)).not.toMatch(/checkout|lambda|eu-west|111122223333/);
      expect(forecast).toMatchObject({ fromMb: 512, currency: 'USD' });
      await tab.goTo(link);
      await eventually(() => textOf(tab, 'h3')).toMatch(/^[\d,]+.MB/);
      expect(complaintsOf(tab)).toEqual([]);
      await tab.close();
    },
  );

  it.skipIf(!isLong)('zooms by a drag, says so in its address, and back undoes it', async () => {
    const tab = await show('/f/checkout/cold-starts');
    const [chart] = await chartsOf(tab);
    const { x, y, width } = chart!;
    await tab.pointer(x + width * 0.4, y + 40);
    await tab.pointer(x + width * 0.4, y + 40, 'mousePressed', true);
    await tab.pointer(x + width * 0.6, y + 40, 'mouseMoved', true);
    await tab.pointer(x + width * 0.6, y + 40, 'mouseReleased');
    await eventually(() => tab.evaluate('new URLSearchParams(location.search).get("from")')).toMatch(
      /^\d{4}-\d\d-\d\dT/,
    );
    await settled(tab);
    expect(await textOf(tab, '.live')).toBe('Fixed range');
    await tab.evaluate('history.back()');
    await eventually(() => tab.evaluate('location.search')).toBe('');
    await tab.close();
  });

  it.skipIf(!isLong)('shows each picture as a table, and the call behind it', async () => {
    const tab = await show('/f/checkout/sandboxes');
    await tab.evaluate('document.querySelector(\'[data-picture="alive"] .acts button\').click()');
    const rows = 'document.querySelectorAll(\'[data-picture="alive"] tbody tr\').length';
    await eventually(() => tab.evaluate(rows)).toBeGreaterThan(20);
    await tab.evaluate(
      '[...document.querySelectorAll(\'[data-picture="alive"] .acts button\')].at(-1).click()',
    );
    await eventually(() => textOf(tab, 'dialog[open] pre')).toMatch(
      /^curl 'http:\/\/127\.0\.0\.1:\d+\/api\/v1\/sandboxes\?from=-24h&function=checkout'$/,
    );
    expect(await violations(tab)).toEqual([]);
    expect(complaintsOf(tab)).toEqual([]);
    await tab.close();
  });

  it.skipIf(!isLong)('finds a sandbox by the beginning of its id', async () => {
    const tab = await show('/f/checkout/sandboxes');
    const id = await tab.evaluate<string>(
      `fetch('/api/v1/sandboxes?from=-24h&function=checkout&limit=1', { headers: { authorization: 'Bearer ${TOKEN}' } }).then((r) => r.json()).then(({ sandboxes }) => sandboxes[0].id)`,
    );
    await tab.press('/');
    await tab.type(id.slice(0, 10));
    await tab.press('Enter');
    await eventually(() => tab.evaluate('location.pathname')).toBe(`/f/checkout/sandboxes/${id}`);
    await settled(tab);
    expect(await hover(tab)).toBeGreaterThan(0);
    expect(await violations(tab)).toEqual([]);
    expect(complaintsOf(tab)).toEqual([]);
    await tab.close();
  });

  it.skipIf(!isLong)('is small, and smaller while it is live', async () => {
    const tab = await show('/f/checkout/cold-starts');
    const sum = (of: RegExp): number =>
      [...tab.received].reduce((bytes, [url, own]) => bytes + (of.test(url) ? own : 0), 0);
    expect(sum(/\/assets\/|cold-starts$/)).toBeLessThan(400_000);
    const answered = (): number => tab.requested.filter((url) => url.includes('/points?')).length;
    const [bytes, before] = [sum(/./), answered()];
    await expect.poll(async () => answered()).toBeGreaterThan(before);
    await expect.poll(async () => sum(/./)).toBeGreaterThan(bytes);
    expect(sum(/./) - bytes).toBeLessThan(30_000);
    await tab.press('p');
    await eventually(() => textOf(tab, '.live')).toBe('Paused');
    await tab.close();
  });

  it('shows the first run what to paste', async () => {
    const tab = await show('/?from=2001-01-01&to=2001-01-02');
    await eventually(() => textOf(tab, 'h1')).toBe(
      'No calls yet. Three lines show the servers behind yours.',
    );
    expect(await textOf(tab, '.paste')).toContain(`OTEL_EXPORTER_OTLP_ENDPOINT=${base}`);
    expect(await violations(tab)).toEqual([]);
    await tab.close();
  });
  it.skipIf(!isLong)('the description of the API works under its policy, and asks with a token', async () => {
    const tab = await browser.open(`${base}/docs/`);
    const operations = (): Promise<number> => tab.evaluate("document.querySelectorAll('.opblock').length");
    await eventually(operations).toBeGreaterThan(5);
    const click = (selector: string): Promise<void> =>
      tab.evaluate(`document.querySelector(${JSON.stringify(selector)}).click()`);
    await click('.auth-wrapper .authorize');
    await eventually(() => tab.evaluate("document.querySelector('.auth-container input') !== null")).toBe(
      true,
    );
    await tab.evaluate("document.querySelector('.auth-container input').focus()");
    await tab.type(TOKEN);
    await click('.auth-btn-wrapper .authorize');
    await click('.auth-btn-wrapper .btn-done');
    await click('#operations-collector-getStatus .opblock-summary-control');
    await eventually(() => tab.evaluate("document.querySelector('.try-out__btn') !== null")).toBe(true);
    await click('.try-out__btn');
    await eventually(() => tab.evaluate("document.querySelector('.execute') !== null")).toBe(true);
    await click('.execute');
    await eventually(() => textOf(tab, '.live-responses-table tbody .response-col_status')).toBe('200');
    expect(complaintsOf(tab)).toEqual([]);
    for (const url of tab.requested) expect(new URL(url).host || 'data').toMatch(/^127\.0\.0\.1:|^data$/);
  });

  it('an answer opened as a page runs nothing', async () => {
    const tab = await browser.open(`${base}/nothing?${encodeURIComponent(`<script>${SCRIPT}</script>`)}`);
    await eventually(() => tab.evaluate('document.readyState')).toBe('complete');
    expect(
      await tab.evaluate('document.contentType + " " + document.scripts.length + " " + window.broken'),
    ).toBe('application/json 0 undefined');
  });
});
