/** The page and the browser of the API in a real browser: the token, and names that want to be more than text. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as semconv from '../../probes/src/semconv.ts';
import { parseTokens } from '../../collector/src/security/index.ts';
import { startServer, type Collector } from '../../collector/src/server.ts';
import { temporaryFolder, until } from '../support/stack.ts';
import { Browser, hasBrowser, type Tab } from './chromium.ts';

const TOKEN = 'query-token-0123456789';
const SCRIPT = "window.broken='yes';alert(1)";
const HOSTILE = [
  `<img src=x onerror="${SCRIPT}">`,
  `"><svg/onload=${SCRIPT}>`,
  `<script>${SCRIPT}</script>`,
  `javascript:${SCRIPT}`,
  '</option></select><iframe srcdoc="<script>top.broken=1</script>">',
  `' onpointerenter='${SCRIPT}' x='`,
  '{{constructor.constructor("alert(1)")()}}',
];

/** The machine may be busy. */
const eventually = (ask: () => Promise<unknown>) => expect.poll(ask, { timeout: 20_000 });
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

function hostileSpans(): object {
  const text = (key: string, stringValue: string): object => ({ key, value: { stringValue } });
  const start = BigInt(Date.now() - 20_000) * 1_000_000n;
  const hex = (id: number, digits: number): string => id.toString(16).padStart(digits, '0');
  const spanOf = (name: string, index: number, at: number, isEnd = false): object => ({
    traceId: hex(index * 10 + at + 1, 32),
    spanId: hex(index * 10 + at + 1, 16),
    name: isEnd ? semconv.SPAN_SHUTDOWN : name,
    kind: isEnd ? 1 : 2,
    startTimeUnixNano: String(start + BigInt(at) * 1_000_000_000n),
    endTimeUnixNano: String(start + BigInt(at) * 1_000_000_000n + 50_000_000n),
    status: { code: 2, message: name },
    attributes: [
      text(semconv.ATTR_FAAS_NAME, name),
      text(semconv.ATTR_SANDBOX_ID, `${index}${name}`),
      text(semconv.ATTR_HOST_DECLARED_ID, name),
      text('sandscope.shutdown.reason', name),
      text('faas.trigger', name),
      { key: semconv.ATTR_SANDBOX_ORDINAL, value: { intValue: String(at + 1) } },
      { key: semconv.ATTR_FAAS_COLDSTART, value: { boolValue: at === 0 } },
    ],
  });
  const resourceSpans = HOSTILE.map((name, index) => ({
    resource: { attributes: [text('service.name', name)] },
    scopeSpans: [
      {
        scope: { name },
        spans: [spanOf(name, index, 0), spanOf(name, index, 1), spanOf(name, index, 2, true)],
      },
    ],
  }));
  return { resourceSpans };
}

describe.skipIf(!hasBrowser())('in a browser', { timeout: 60_000 }, () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let collector: Collector;
  let browser: Browser;

  beforeAll(async () => {
    folder = await temporaryFolder();
    const queryTokens = { tokens: parseTokens(TOKEN, 'test') };
    collector = await startServer(
      { host: '127.0.0.1', port: 0, dataDir: folder.path, forward: [], queryTokens },
      quiet,
    );
    await collector.ready;
    const response = await fetch(`${collector.url}/v1/traces`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(hostileSpans()),
    });
    if (!response.ok) throw new Error(`the spans were answered ${response.status}`);
    await until(
      'the spans are stored',
      () => collector.status(),
      ({ inbox }) => inbox.pendingRequests === 0,
    );
    browser = await Browser.start();
  });

  afterAll(async () => {
    await browser?.stop();
    await collector?.stop();
    await folder?.remove();
  });

  const textOf = (tab: Tab, selector: string): Promise<string> =>
    tab.evaluate(`document.querySelector(${JSON.stringify(selector)})?.innerText ?? ''`);

  /** Gives the page's form a token, as a person does. */
  async function enter(tab: Tab, token: string): Promise<void> {
    await eventually(() => tab.evaluate('document.getElementById("token-form")?.hidden')).toBe(false);
    await tab.evaluate('document.getElementById("token").focus()');
    await tab.type(token);
    await tab.evaluate('document.querySelector("#token-form button").click()');
  }

  it('the page asks for the token, keeps it for the tab, and shows hostile names as the text they are', async () => {
    const tab = await browser.open(`${collector.url}/`);
    await enter(tab, 'wrong-token-0123456789');
    await eventually(() => textOf(tab, '#token-note')).toBe('That token is not valid here.');
    await enter(tab, ` ${TOKEN} `);
    await eventually(() => textOf(tab, '#functions')).toContain(HOSTILE[0]);
    const table = await textOf(tab, '#functions');
    for (const name of HOSTILE) expect(table).toContain(name);
    await eventually(() => textOf(tab, '#evictions')).toContain(HOSTILE[0]);

    // Everything a hand could do: the tooltips, the choice of a function.
    await tab.evaluate(`for (const mark of document.querySelectorAll('#timeline *'))
      mark.dispatchEvent(new PointerEvent('pointerenter', { clientX: 5, clientY: 5 }));`);
    await tab.evaluate(`(() => { const choice = document.getElementById('function');
      choice.value = ${JSON.stringify(HOSTILE[2])}; choice.dispatchEvent(new Event('change')); })()`);
    await eventually(() => textOf(tab, '#functions')).not.toContain(HOSTILE[0]);

    const found = await tab.evaluate(`({
      scripts: document.scripts.length,
      foreign: document.querySelectorAll('img, iframe, object, embed, style, [onerror], [onload], [onpointerenter], a[href^="javascript:"]').length,
      broken: String(window.broken),
      marks: document.querySelectorAll('#timeline circle').length,
      stored: sessionStorage.length,
      lasting: localStorage.length,
      url: location.href,
    })`);
    expect(found).toEqual({
      scripts: 1,
      foreign: 0,
      broken: 'undefined',
      marks: expect.any(Number) as number,
      stored: 1,
      lasting: 0,
      url: `${collector.url}/`,
    });
    expect((found as { marks: number }).marks).toBeGreaterThan(0);
    expect(tab.dialogs).toEqual([]);
    expect(tab.complaints.filter((text) => !/status of 401/.test(text))).toEqual([]);
    for (const url of tab.requested) expect(new URL(url).host || 'data').toMatch(/^127\.0\.0\.1:|^data$/);

    await tab.goTo(`${collector.url}/`);
    await eventually(() => textOf(tab, '#functions')).toContain(HOSTILE[0]);
    expect(await tab.evaluate('document.getElementById("token-form").hidden')).toBe(true);
  });

  it('the description of the API works under its policy, and asks with a token', async () => {
    const tab = await browser.open(`${collector.url}/docs/`);
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
    expect(tab.complaints).toEqual([]);
    for (const url of tab.requested) expect(new URL(url).host || 'data').toMatch(/^127\.0\.0\.1:|^data$/);
  });

  it('an answer opened as a page is no page', async () => {
    const tab = await browser.open(
      `${collector.url}/nothing?${encodeURIComponent(`<script>${SCRIPT}</script>`)}`,
    );
    await eventually(() => tab.evaluate('document.readyState')).toBe('complete');
    expect(
      await tab.evaluate('document.contentType + " " + document.scripts.length + " " + window.broken'),
    ).toBe('application/json 0 undefined');
  });
});
