import { writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { badOption } from '../config/index.ts';
import type { Option, Settings } from '../config/index.ts';
import type { ChartContext, Picture } from '../charts/picture.ts';
import type { Theme } from '../charts/tokens.ts';
import type { Report } from '../report/report.ts';
import { ASK_OPTIONS, askCollector } from './ask-collector.ts';
import type { Command } from './command.ts';
import { makeDirectory } from '../process/index.ts';
import { packageVersion } from '../process/package-version.ts';

const OPTIONS: readonly Option[] = [
  { name: 'output', value: 'FILE', help: 'the report, .html or .md', fallback: 'report.html' },
  { name: 'pictures', value: 'FOLDER', help: 'also save each chart, as SVG and PNG' },
  { name: 'theme', value: 'light|dark', help: 'colours of the saved pictures', fallback: 'light' },
  { name: 'from', value: 'TIME', help: 'start of the range, such as -15m, or RFC 3339', fallback: '-1h' },
  { name: 'to', value: 'TIME', help: 'end of the range', fallback: 'now' },
  { name: 'function', value: 'NAME', help: 'only this function' },
  { name: 'region', value: 'NAME', help: 'only this region' },
  { name: 'functions', value: 'N', help: 'maximum number of functions in the report', fallback: '10' },
  ...ASK_OPTIONS,
];

/** Charts and verdicts, as one page or as text for a pull request. */
export const report: Command = {
  name: 'report',
  summary: 'write a report: charts and verdicts as one HTML page, or as Markdown',
  positionals: ['[RESULT...]'],
  options: OPTIONS,
  notes: `Without RESULT the report is about the functions of a running collector; with result files of experiments, about
those. The page needs no network and runs no scripts. Markdown shows the pictures saved by --pictures.`,
  run: async (settings) => {
    const file = settings.text('output') ?? 'report.html';
    const isMarkdown = file.endsWith('.md');
    if (!isMarkdown && !file.endsWith('.html'))
      throw badOption(`--output is neither .html nor .md: "${file}"`);
    const { LIGHT } = await import('../charts/tokens.ts');
    const { madeOn } = await import('../report/machine.ts');
    const { PICTURE_WIDTH } = await import('../report/save-pictures.ts');
    const facts = [madeOn(packageVersion(), Date.now())];
    const made = await makeReport(settings, { tokens: LIGHT, width: PICTURE_WIDTH }, facts);
    const folder = settings.text('pictures');
    const files =
      folder === undefined ? undefined : await savePictures(made, folder, themeOf(settings), facts);
    const text = isMarkdown
      ? (await import('../report/markdown.ts')).reportMarkdown(made, (picture) => {
          const saved = files?.get(picture);
          return saved === undefined ? undefined : relative(dirname(file), saved).replaceAll('\\', '/');
        })
      : (await import('../report/html.ts')).reportHtml(made, await drawing());
    await writeFile(file, text);
    const pictures = made.sections.reduce((sum, section) => sum + section.pictures.length, 0);
    process.stdout.write(
      `sandscope: ${pictures} pictures in ${file}${folder === undefined ? '' : ` and ${folder}`}\n`,
    );
  },
};

const drawing = async () => (await import('../charts/render/svg.ts')).svgDrawing();

async function makeReport(
  settings: Settings,
  context: ChartContext,
  facts: readonly string[],
): Promise<Report> {
  if (settings.positionals.length > 0) {
    const { readResults } = await import('../report/read-result.ts');
    const { experimentReport } = await import('../report/experiment-report.ts');
    return experimentReport(await readResults(settings.positionals), context, facts);
  }
  const { gather } = await import('../report/gather.ts');
  const { functionReport } = await import('../report/function-report.ts');
  const only = settings.text('function');
  const region = settings.text('region');
  const gathered = await gather(async (path) => JSON.parse((await askCollector(settings, path)).text), {
    from: settings.text('from') ?? '-1h',
    to: settings.text('to') ?? 'now',
    mostFunctions: mostOf(settings),
    ...(only !== undefined && { function: only }),
    ...(region !== undefined && { region }),
  });
  return functionReport(gathered, context, facts);
}

function mostOf(settings: Settings): number {
  const given = settings.setting('functions');
  if (given === undefined) return 10;
  const most = Number(given.text);
  if (Number.isInteger(most) && most >= 1 && most <= 100) return most;
  throw badOption(`${given.name} is not a whole number from 1 to 100: "${given.text}"`);
}

function themeOf(settings: Settings): Theme {
  const theme = settings.text('theme') ?? 'light';
  if (theme === 'light' || theme === 'dark') return theme;
  throw badOption(`--theme is light or dark, not "${theme}"`);
}

/** @returns the PNG of each chart */
async function savePictures(
  { sections }: Report,
  folder: string,
  theme: Theme,
  [fact = '']: readonly string[],
): Promise<Map<Picture, string>> {
  const { savePicture } = await import('../report/save-pictures.ts');
  const draw = await drawing();
  makeDirectory(folder);
  const files = new Map<Picture, string>();
  for (const [place, { heading, subheading, pictures }] of sections.entries()) {
    for (const picture of pictures) {
      const path = join(folder, basename(`${place + 1}-${slug(heading)}-${picture.chart}`));
      await savePicture(draw, picture, path, { footer: subheading ?? fact, theme });
      files.set(picture, `${path}.png`);
    }
  }
  return files;
}

/** Names come from outside: file names keep only characters that are harmless everywhere. */
const slug = (text: string): string =>
  text
    .toLowerCase()
    .replaceAll(/[^a-z\d]+/g, '-')
    .slice(0, 40);
