/** The demo in a real browser: a function that calls another, and a deploy, show on the page while it runs. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Browser, hasBrowser } from './chromium.ts';

const PATIENCE = { timeout: 240_000, interval: 1000 };

describe.skipIf(!hasBrowser())('the demo', { timeout: 300_000 }, () => {
  let demo: ChildProcess;
  let browser: Browser;
  let page: string;

  beforeAll(async () => {
    const main = fileURLToPath(new URL('../../examples/demo/main.ts', import.meta.url));
    demo = spawn(process.execPath, [main, '--port', '0'], { stdio: ['ignore', 'ignore', 'pipe'] });
    const started = new Promise<string>((resolve, reject) => {
      createInterface(demo.stderr!).on('line', (line) => {
        const [, url] = /page: (\S+)$/.exec(line) ?? [];
        if (url !== undefined) resolve(url);
      });
      demo.once('exit', (code) => reject(new Error(`the demo ended with ${code}`)));
    });
    [page, browser] = await Promise.all([started, Browser.start()]);
  });
  afterAll(async () => {
    await browser?.stop();
    const ended = once(demo, 'exit');
    demo.kill('SIGINT');
    await ended;
  });

  /** The verdict of a picture, each time from the page loaded anew. */
  async function verdictOf(path: string, picture: string): Promise<string> {
    const tab = await browser.open(`${page}${path}?from=-1h`);
    try {
      const verdict = (): Promise<string> =>
        tab.evaluate(`document.querySelector('[data-picture="${picture}"] .verdict')?.innerText ?? ''`);
      await expect.poll(verdict, PATIENCE).not.toMatch(/^(Reading…)?$/);
      return await verdict();
    } finally {
      await tab.close();
    }
  }

  it('shows what cold starts cost its chain, and which function to start ahead', async () => {
    await expect
      .poll(() => verdictOf('chains', 'chains'), PATIENCE)
      .toMatch(
        /^Cold starts are .+ of the path from io through two in a row; prewarming the later ones would save up to .+ a trace\.$/,
      );
    expect(await verdictOf('chains', 'successors')).toMatch(/^burn: it is cold in .+ of its calls, /);
  });

  // How much slower the new version starts depends on the machine, and few sandboxes of the first one were there before.
  it('compares the version that it deploys with the one before', async () => {
    await expect
      .poll(() => verdictOf('versions', 'versions'), PATIENCE)
      .toMatch(
        /^(?:Version 2 is (?:worse|better): .+ [+−]\d|No clear change in version 2; |No change: version 2 is )/,
      );
    const response = await fetch(`${page}api/v1/versions?from=-1h&function=io`);
    const { deploys } = (await response.json()) as {
      deploys: { function: string; before: { version: string }; after: { version: string } }[];
    };
    expect(deploys).toMatchObject([{ function: 'io', before: { version: '1' }, after: { version: '2' } }]);
  });
});
