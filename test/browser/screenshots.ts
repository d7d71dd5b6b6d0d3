/**
 * `npm run screenshots`: every page as a picture, in light, dark and on a small screen, into
 * `test/browser/screenshots/`, or only the pages named (`-- overview chains`); with `-- --docs` the pictures of the
 * documentation, into `docs/pictures/`.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { buildPageIfOld } from '../../.ci/page.ts';
import { Browser, hasBrowser } from './chromium.ts';
import { filledCollector, PAGES, settled, sparklinesOf } from './pages.ts';
import { PLAIN_PROFILES, PROFILES } from './scenario.ts';

const LOOKS = [
  ['light', 1440, 900, 'light'],
  ['dark', 1440, 900, 'dark'],
  ['390', 390, 844, 'light'],
  ['390-dark', 390, 844, 'dark'],
  ['4k', 2560, 1440, 'light'],
] as const;

/** The pictures that the documentation shows. Of keep-warm, one function that has a price. */
const IN_DOCS: Readonly<Record<string, { readonly path?: string }>> = {
  overview: {},
  'cold-starts': {},
  'keep-warm': { path: '/f/checkout/keep-warm' },
  hosts: {},
  trace: {},
};

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

async function main(): Promise<void> {
  if (!hasBrowser()) return;
  await buildPageIfOld();
  const { values, positionals } = parseArgs({
    options: { docs: { type: 'boolean', default: false } },
    allowPositionals: true,
  });
  const isWanted = (name: string): boolean =>
    (!values.docs || name in IN_DOCS) && (positionals.length === 0 || positionals.includes(name));
  const folder = here(values.docs ? '../../docs/pictures/' : 'screenshots/');
  await mkdir(folder, { recursive: true });
  const filled = await filledCollector(undefined, values.docs ? PLAIN_PROFILES : PROFILES);
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
    for (const [name = '', path = ''] of pages.filter(([name = '']) => isWanted(name))) {
      for (const [look, width, height, scheme] of values.docs ? LOOKS.slice(0, 1) : LOOKS) {
        const tab = await browser.open('about:blank');
        await tab.look(width, height, scheme);
        await tab.goTo(url + ((values.docs && IN_DOCS[name]?.path) || path));
        await settled(tab);
        await sparklinesOf(tab);
        // The page has few colours: a palette makes the file a third as large.
        const picture = await sharp(await tab.screenshot())
          .png({ palette: true, effort: 10 })
          .toBuffer();
        await writeFile(join(folder, values.docs ? `${name}.png` : `${name}-${look}.png`), picture);
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
