/**
 * Draws the result in the fragment of the URL. Anybody can write a fragment: all text becomes text nodes, and drawings
 * are parsed as SVG documents and sanitised to shapes only.
 */
import { experimentCharts } from '../../charts/experiment-registry.ts';
import { forecastChart } from '../../charts/forecast.ts';
import type { Picture, Table } from '../../charts/picture.ts';
import { evidenceParts } from '../../charts/render/frame.ts';
import { columnWords, MOST_ROWS, ON_PAGE, onPageSvg } from '../../charts/render/on-page.ts';
import { svgDrawing } from '../../charts/render/svg.ts';
import type { DrawSvg } from '../../charts/render/svg.ts';
import { bytes, count, figure, name } from '../../charts/words.ts';
import { FORECAST_PREFIX, readForecast } from '../../share/forecast.ts';
import { readFragment } from '../../share/fragment.ts';

type Shared = Awaited<ReturnType<typeof readFragment>>;

function element(tag: string, text?: string, ...children: readonly (Node | string)[]): HTMLElement {
  const node = document.createElement(tag);
  if (text !== undefined) node.textContent = text;
  node.append(...children);
  return node;
}

function drawing(draw: DrawSvg, picture: Picture, id: string): Element {
  return document.importNode(
    new DOMParser().parseFromString(onPageSvg(draw, picture, id), 'image/svg+xml').documentElement,
    true,
  );
}

function figureOf(draw: DrawSvg, picture: Picture, id: string): HTMLElement {
  const verdict = element('h3', picture.verdict);
  verdict.id = `${id}-verdict`;
  const evidence = element('p');
  evidence.className = 'evidence';
  for (const [label, text] of evidenceParts(picture.evidence))
    evidence.append(element('span', undefined, element('b', label), ` ${text}`), ' ');
  const caption = element('figcaption', undefined, element('p', picture.question), verdict);
  const frame = element('div', undefined, ...(picture.option ? [drawing(draw, picture, id)] : []));
  frame.className = 'picture';
  frame.role = 'region';
  frame.tabIndex = 0;
  frame.setAttribute('aria-labelledby', verdict.id);
  return element(
    'figure',
    undefined,
    caption,
    ...(picture.option ? [frame] : []),
    evidence,
    tableOf(picture.table),
  );
}

function tableOf({ columns, rows }: Table): HTMLElement {
  const row = (tag: string, cells: readonly (string | number | undefined)[]): HTMLElement =>
    element(
      'tr',
      undefined,
      ...cells.map((cell) => element(tag, typeof cell === 'number' ? figure(cell) : name(cell ?? '', 60))),
    );
  const head = row('th', columns.map(columnWords));
  const table = element(
    'table',
    undefined,
    head,
    ...rows.slice(0, MOST_ROWS).map((cells) => row('td', cells)),
  );
  return element('details', undefined, element('summary', 'Show as table'), element('div', undefined, table));
}

const NOWHERE = 'the numbers are in the link itself; nothing is sent anywhere';

function circumstances({ startedAt, machine, target, tool, timeScale }: Shared): string {
  const day = /^\d{4}-\d\d-\d\d/.exec(startedAt)?.[0] ?? 'on an unknown day';
  return [
    `measured ${day} with sandscope ${name(tool.version, 20)}`,
    `client with ${count(machine.cpuCount)} processors and ${bytes(machine.memoryBytes)}`,
    ...(typeof target.name === 'string' ? [name(target.name, 80)] : []),
    ...(timeScale === 1 ? [] : [`waits ${count(timeScale)} times shorter`]),
    NOWHERE,
  ].join(' · ');
}

/** The content of a link, by the form that its fragment names. */
async function sharedOf(
  fragment: string,
): Promise<{ title: string; facts: string; pictures: readonly Picture[] }> {
  if (fragment.startsWith(FORECAST_PREFIX)) {
    const forecast = await readForecast(fragment);
    return {
      title: 'Memory sizes, predicted',
      facts: `predicted ${forecast.day} · ${NOWHERE}`,
      pictures: [forecastChart(forecast, ON_PAGE)],
    };
  }
  const result = await readFragment(fragment);
  return {
    title: `Experiment: ${result.experiment}`,
    facts: circumstances(result),
    pictures: experimentCharts(result).map((chart) => chart(result as never, ON_PAGE)),
  };
}

async function show(): Promise<void> {
  const pictures = document.getElementById('pictures')!;
  const facts = document.getElementById('facts')!;
  try {
    const shared = await sharedOf(location.hash.slice(1));
    const draw = await svgDrawing();
    const figures = shared.pictures.map((picture, index) => figureOf(draw, picture, `p${index + 1}`));
    document.getElementById('title')!.textContent = shared.title;
    facts.textContent = shared.facts;
    pictures.replaceChildren(...figures);
  } catch (error) {
    const why =
      (error as Error).name === 'FragmentError'
        ? (error as Error).message
        : 'the numbers in it cannot be drawn';
    facts.textContent = `This link cannot be shown: ${why}.`;
    pictures.replaceChildren();
  }
}

addEventListener('hashchange', () => void show());
void show();
