/** The viewer of shared results in a real browser, under its own content security policy. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import Fastify from 'fastify';
import type { FastifyInstance } from 'fastify';
import { backoffResult } from '../../collector/src/charts/experiments/results.fixture.ts';
import { packForecast } from '../../collector/src/share/forecast.ts';
import { shareLink } from '../../collector/src/share/link.ts';
import { resultViewer } from '../../collector/src/web/index.ts';
import { Browser, hasBrowser } from './chromium.ts';

describe.skipIf(!hasBrowser())('the viewer', () => {
  let app: FastifyInstance;
  let browser: Browser;
  let url = '';

  beforeAll(async () => {
    app = Fastify({ serverFactory: (handler) => createServer(handler) });
    await app.register(resultViewer);
    await app.listen({ host: '127.0.0.1', port: 0 });
    url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}/viewer`;
    browser = await Browser.start();
  });
  afterAll(async () => {
    await browser.stop();
    await app.close();
  });

  it('draws the content of the link, without requests and within its policy', async () => {
    const tab = await browser.open(await shareLink(backoffResult(), url, false));
    await expect.poll(() => tab.evaluate<number>('document.querySelectorAll("figure svg").length')).toBe(4);
    expect(await tab.evaluate('document.querySelector("h3").textContent')).toMatch(/^An idle sandbox lives/);
    expect(
      await tab.evaluate('document.querySelectorAll("figure svg path, figure svg circle").length'),
    ).toBeGreaterThan(100);
    // The colours come from the style sheet.
    expect(
      await tab.evaluate(
        'getComputedStyle(document.querySelector("figure svg [fill=\\"var(--cold)\\"]")).fill',
      ),
    ).toBe('rgb(31, 79, 216)');
    expect(tab.complaints).toEqual([]);
    expect(tab.requested.every((requested) => new URL(requested).origin === new URL(url).origin)).toBe(true);
  });

  it('keeps a picture readable on a small screen', async () => {
    const tab = await browser.open('about:blank');
    await tab.look(390, 844);
    await tab.goTo(await shareLink(backoffResult(), url, false));
    await expect.poll(() => tab.evaluate<number>('document.querySelectorAll("figure svg").length')).toBe(4);
    const widths = await tab.evaluate<[number, number, number]>(
      '[document.querySelector("figure svg").getBoundingClientRect().width, document.querySelector(".picture").clientWidth, document.documentElement.scrollWidth - document.documentElement.clientWidth]',
    );
    expect(widths[0]).toBe(760);
    expect(widths[1]).toBeLessThan(390);
    expect(widths[2]).toBe(0);
  });

  it('draws a forecast of memory sizes', async () => {
    const fragment = await packForecast({
      day: '2026-11-28',
      calls: 300,
      fromMb: 512,
      currency: 'USD',
      sizes: [
        [512, 44, 41, 47, 0.57],
        [592, 29, 28, 31, 0.48],
      ],
    });
    const tab = await browser.open(`${url}#${fragment}`);
    await expect
      .poll(() => tab.evaluate<number>('document.querySelectorAll("figure .picture > svg").length'))
      .toBe(1);
    expect(await tab.evaluate('document.querySelector("h3").textContent')).toMatch(
      /^592.MB would be cheapest/,
    );
    expect(await tab.evaluate('document.querySelectorAll("figure svg path").length')).toBeGreaterThan(2);
    expect(tab.complaints).toEqual([]);
  });

  it('says in one sentence that a link cannot be shown', async () => {
    const tab = await browser.open(`${url}#r1.<img src=x onerror=alert(1)>`);
    await expect
      .poll(() => tab.evaluate<string>('document.getElementById("facts").textContent'))
      .toBe('This link cannot be shown: the link was cut off or changed.');
    expect(tab.dialogs).toEqual([]);
    expect(tab.complaints).toEqual([]);
  });
});
