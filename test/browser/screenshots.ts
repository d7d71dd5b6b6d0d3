/**
 * `npm run screenshots`: every page as a picture, in light, dark and on a small screen, into
 * `test/browser/screenshots/`; with `-- --docs` those of the documentation too, into `docs/pictures/`.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildPageIfOld } from '../../.ci/page.ts';
import { Browser, hasBrowser } from './chromium.ts';
import { filledCollector, PAGES, settled } from './pages.ts';

const LOOKS = [
  ['light', 1440, 900, 'light'],
  ['dark', 1440, 900, 'dark'],
  ['390', 390, 844, 'light'],
  ['390-dark', 390, 844, 'dark'],
  ['4k', 2560, 1440, 'light'],
] as const;

/** The pictures that the documentation shows. */
const IN_DOCS = new Set(['overview', 'cold-starts', 'sandboxes', 'hosts', 'trace']);

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

async function main(): Promise<void> {
  if (!hasBrowser()) return;
  await buildPageIfOld();
  const folder = here('screenshots/');
  const docs = process.argv.includes('--docs') ? here('../../docs/pictures/') : undefined;
  for (const path of [folder, docs]) if (path !== undefined) await mkdir(path, { recursive: true });
  const filled = await filledCollector();
  const browser = await Browser.start();
  try {
    const { url } = filled.collector;
    const { invocations } = (await (
      await fetch(`${url}/api/v1/invocations?from=-24h&function=checkout&cold=true&limit=1`)
    ).json()) as { invocations: { traceId: string; sandboxId: string }[] };
    const [call] = invocations;
    const pages = [
      ...PAGES,
      ['trace', `/trace/${call?.traceId}`],
      ['sandbox', `/sandboxes/${call?.sandboxId}`],
    ];
    for (const [name = '', path = ''] of pages) {
      for (const [look, width, height, scheme] of LOOKS) {
        const tab = await browser.open('about:blank');
        await tab.look(width, height, scheme);
        await tab.goTo(url + path);
        await settled(tab);
        const picture = await tab.screenshot();
        await writeFile(join(folder, `${name}-${look}.png`), picture);
        if (docs !== undefined && look === 'light' && IN_DOCS.has(name))
          await writeFile(join(docs, `${name}.png`), picture);
        for (const complaint of tab.complaints) process.stderr.write(`${name} ${look}: ${complaint}\n`);
        await tab.close();
      }
      process.stdout.write(`${name}\n`);
    }
  } finally {
    await browser.stop();
    await filled.stop();
  }
}

await main();
