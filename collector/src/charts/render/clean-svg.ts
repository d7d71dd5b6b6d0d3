/**
 * Converts ECharts' SVG for a page with a strict policy. It replaces style sheets and `style` attributes, which a
 * policy without `unsafe-inline` refuses, by equivalent presentation attributes. It removes ECharts' bookkeeping, uses
 * its own ids, and keeps only shapes and text, whatever the data contains. The font is inherited from the surrounding
 * document.
 */
import { escapeXml, round } from './xml.ts';

const ELEMENTS = new Set([
  'svg',
  'g',
  'path',
  'rect',
  'circle',
  'line',
  'polyline',
  'polygon',
  'text',
  'defs',
  'clipPath',
]);
const ATTRIBUTES = new Set(
  (
    'width height viewBox xmlns d x y x1 y1 x2 y2 cx cy r rx ry points transform fill fill-opacity stroke stroke-opacity ' +
    'stroke-width stroke-dasharray stroke-dashoffset stroke-linecap stroke-linejoin opacity clip-path clip-rule id text-anchor ' +
    'dominant-baseline font-size font-weight font-style paint-order'
  ).split(' '),
);
/** A circle in ECharts' path form; written as a circle element it takes a third of the bytes. */
const UNIT_CIRCLE = 'M1 0A1 1 0 1 1 1 -0.1A1 1 0 0 1 1 0';
const MATRIX = /^matrix\(([\d.]+),0,0,([\d.]+),(-?[\d.]+),(-?[\d.]+)\)$/;
const TAG = /<(\/?)([A-Za-z]+)((?:\s+[\w:-]+="[^"]*")*)\s*(\/?)>/g;
const ATTRIBUTE = /([\w:-]+)="([^"]*)"/g;

/**
 * @param svg a document of ECharts' SVG renderer
 * @param prefix of ids, so that several drawings can be in one page
 */
export function cleanSvg(svg: string, prefix: string): string {
  const drawn = svg
    .replaceAll(/<style[^>]*>[\s\S]*?<\/style>/g, '')
    .replaceAll('\n', '')
    .replaceAll(/><\/(path|rect|circle)>/g, '/>')
    .replaceAll(TAG, (_, closing: string, tag: string, attributes: string, single: string) => {
      if (!ELEMENTS.has(tag)) return '';
      if (closing !== '') return `</${tag}>`;
      return open(tag, attributes, prefix, single);
    });
  return drawn.replaceAll('<defs></defs>', '');
}

function open(tag: string, text: string, prefix: string, single: string): string {
  const attributes = new Map<string, string>();
  for (const [, key = '', value = ''] of text.matchAll(ATTRIBUTE)) {
    if (key === 'style') for (const [name, said] of declarations(value)) attributes.set(name, said);
    else if (key === 'id') attributes.set(key, ownId(value, prefix));
    else if (key === 'clip-path')
      attributes.set(
        key,
        value.replace(/#([\w-]+)/, (_, id: string) => `#${ownId(id, prefix)}`),
      );
    else attributes.set(key, value);
  }
  // Document renderers disagree about a central line, but not about a base line.
  if (tag === 'text') centre(attributes);
  const circle = tag === 'path' ? asCircle(attributes) : undefined;
  const pairs = [...(circle ?? attributes)].flatMap(([key, value]) =>
    ATTRIBUTES.has(key) && value !== '' ? [` ${key}="${escapeXml(unescape(value))}"`] : [],
  );
  return `<${circle ? 'circle' : tag}${pairs.join('')}${circle ? '></path' : single}>`.replace(
    '></path>',
    '/>',
  );
}

const ownId = (id: string, prefix: string): string =>
  `${prefix}-${id.replace(/^zr\d+-/, '').replaceAll(/[^\w-]/g, '')}`;

const unescape = (text: string): string =>
  text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&#039;', "'")
    .replaceAll('&amp;', '&');

const FONT = /^(?:normal\s+)?(normal|bold|\d+)?\s*([\d.]+)px\s/;

/** The declarations of a `style`, with `font` split into its parts. */
function declarations(style: string): [string, string][] {
  const found: [string, string][] = [];
  for (const declaration of style.split(';')) {
    const colon = declaration.indexOf(':');
    const name = declaration.slice(0, Math.max(0, colon)).trim();
    const value = declaration.slice(colon + 1).trim();
    if (name === 'font') {
      const [, weight = 'normal', size = '11'] = FONT.exec(value) ?? [];
      found.push(['font-size', size]);
      if (weight !== 'normal') found.push(['font-weight', weight]);
    } else if (name !== '') found.push([name, name === 'font-size' ? value.replace(/px$/, '') : value]);
  }
  return found;
}

const SHIFTS: Readonly<Record<string, number>> = { central: 0.355, hanging: 0.75, 'text-before-edge': 0.9 };

function centre(attributes: Map<string, string>): void {
  const shift = SHIFTS[attributes.get('dominant-baseline') ?? ''];
  attributes.delete('dominant-baseline');
  if (shift === undefined) return;
  const size = Number(attributes.get('font-size') ?? 11);
  attributes.set('y', String(round(Number(attributes.get('y') ?? 0) + shift * size)));
}

function asCircle(attributes: ReadonlyMap<string, string>): Map<string, string> | undefined {
  const [, width, height, x = '', y = ''] = MATRIX.exec(attributes.get('transform') ?? '') ?? [];
  if (attributes.get('d') !== UNIT_CIRCLE || width === undefined || width !== height) return undefined;
  const circle = new Map([
    ['cx', String(round(Number(x)))],
    ['cy', String(round(Number(y)))],
    ['r', width],
  ]);
  for (const [key, value] of attributes) {
    if (key === 'd' || key === 'transform') continue;
    // Lines are drawn in the scale of the shape.
    circle.set(key, key === 'stroke-width' ? String(round(Number(value) * Number(width))) : value);
  }
  return circle;
}
