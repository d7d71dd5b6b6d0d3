/** A chart with all its surroundings as one document: question, verdict, legend, drawing, evidence. */
import { FONT_FAMILY } from '../options.ts';
import type { ChartContext, Evidence, LegendEntry, Picture } from '../picture.ts';
import { MARK_WIDTH, markSvg } from './mark.ts';
import type { DrawSvg } from './svg.ts';
import { textWidth, wrap } from './text-width.ts';
import { element, escapeXml } from './xml.ts';

const PADDING = 16;

/** The available parts of the evidence, each with its name. */
export function evidenceParts({
  n,
  interval,
  complete,
  restsOn,
  wrongIf,
}: Evidence): [name: string, text: string][] {
  return [
    ['n', n],
    ['95 %', interval],
    ['complete', complete],
    ['rests on', restsOn],
    ['would be wrong if', wrongIf],
  ].filter((part): part is [string, string] => part[1] !== undefined && part[1] !== '');
}

export interface FrameOptions {
  /** The last line: source, time and machine. */
  readonly footer: string;
  /** Prefix of the ids in it. */
  readonly prefix: string;
}

/** @param context its width is the width of the whole document */
export function framedSvg(
  draw: DrawSvg,
  picture: Picture,
  context: ChartContext,
  options: FrameOptions,
): string {
  const { tokens, width } = context;
  const inner = width - 2 * PADDING;
  const parts: string[] = [];
  let y = PADDING;
  const write = (text: string, size: number, lineHeight: number, fill: string, isBold = false): void => {
    for (const line of wrap(text, inner, size, isBold)) {
      parts.push(svgText(line, PADDING, y + lineHeight / 2 + size * 0.355, size, fill, isBold));
      y += lineHeight;
    }
  };
  write(picture.question, 12, 18, tokens.ink2);
  write(picture.verdict, 17, 23, tokens.ink, true);
  y += 4;
  const legend = legendSvg(picture.legend, inner, context);
  parts.push(element('g', { transform: `translate(${PADDING} ${y})` }, legend.svg));
  y += legend.height;
  if (picture.option) {
    const drawn = draw(picture, { ...context, width: inner }, options.prefix);
    parts.push(element('g', { transform: `translate(${PADDING} ${y})` }, drawn));
    y += picture.height;
  }
  y += 8;
  parts.push(
    element('path', { d: `M${PADDING} ${y}H${width - PADDING}`, stroke: tokens.rule, fill: 'none' }),
  );
  y += 6;
  const evidence = evidenceSvg(picture.evidence, inner, context);
  parts.push(element('g', { transform: `translate(${PADDING} ${y})` }, evidence.svg));
  y += evidence.height;
  write(options.footer, 10, 16, tokens.ink3);
  const height = Math.ceil(y + PADDING - 4);
  return element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      width,
      height,
      viewBox: `0 0 ${width} ${height}`,
      'font-family': FONT_FAMILY,
    },
    element('rect', { width, height, fill: tokens.card }),
    ...parts,
  );
}

function svgText(text: string, x: number, y: number, size: number, fill: string, isBold = false): string {
  return element(
    'text',
    { x, y, 'font-size': size, fill, 'font-weight': isBold ? 600 : undefined },
    escapeXml(text),
  );
}

const ROW = 20;

/** The occurring marks, in as many rows as needed. */
export function legendSvg(
  entries: readonly LegendEntry[],
  width: number,
  { tokens }: ChartContext,
): { svg: string; height: number } {
  const parts: string[] = [];
  let x = 0;
  let y = 0;
  for (const { mark, colour, label } of entries) {
    // Space for the widest possible font: a page uses the fonts of its machine.
    const taken = MARK_WIDTH + 5 + textWidth(label, 11) * 1.12 + 14;
    if (x > 0 && x + taken > width) {
      x = 0;
      y += ROW;
    }
    parts.push(
      element(
        'g',
        { transform: `translate(${Math.round(x)} ${y + 4})` },
        markSvg(mark, tokens[colour], tokens),
      ),
      svgText(label, x + MARK_WIDTH + 5, y + 14, 11, tokens.ink2),
    );
    x += taken;
  }
  return { svg: parts.join(''), height: entries.length === 0 ? 0 : y + ROW + 4 };
}

function evidenceSvg(
  evidence: Evidence,
  width: number,
  { tokens }: ChartContext,
): { svg: string; height: number } {
  const parts: string[] = [];
  let x = 0;
  let y = 0;
  const put = (word: string, isBold: boolean): void => {
    const taken = textWidth(word, 11, isBold);
    if (x > 0 && x + taken > width) {
      x = 0;
      y += 17;
    }
    parts.push(svgText(word, x, y + 12, 11, isBold ? tokens.ink : tokens.ink2, isBold));
    x += taken + 3.2;
  };
  for (const [name, text] of evidenceParts(evidence)) {
    for (const [index, line] of inOneGo(name, true, width).entries())
      if (line !== '' || index > 0) put(line, true);
    for (const line of runs(text, () => width - x, width)) put(line, false);
    x += 12;
  }
  return { svg: parts.join(''), height: y + 20 };
}

const inOneGo = (text: string, isBold: boolean, width: number): string[] => wrap(text, width, 11, isBold);

/** Splits a text into lines: the first part fills the rest of the line, the others whole lines. */
function* runs(text: string, room: () => number, width: number): Generator<string> {
  let words = text.split(' ');
  while (words.length > 0) {
    const free = room();
    let fits = words.length;
    while (fits > 1 && textWidth(words.slice(0, fits).join(' '), 11) > free) fits -= 1;
    const piece = words.slice(0, fits).join(' ');
    yield wrap(piece, width, 11)[0] ?? '';
    words = words.slice(fits);
  }
}
