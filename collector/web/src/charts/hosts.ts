import type { HopsEntry, PointsEntry } from '../api/answers.ts';
import { linear, timeAxis } from '../canvas/axes.ts';
import type { Draw, Mark } from '../canvas/chart.tsx';
import type { Token } from '../canvas/pen.ts';
import { count, counted, duration, moment, share, shortId } from '../words.ts';
import type { Life } from './lifelines.ts';

export const MOST_ROWS = 12;
const LABEL = 118;

export interface HostRow {
  readonly id: string;
  readonly invocations: number;
}

/** Short names, with as many characters as needed to be distinct. */
export function hostNames(ids: readonly string[]): ReadonlyMap<string, string> {
  const length =
    [8, 12, 18, 40].find((letters) => new Set(ids.map((id) => id.slice(0, letters))).size === ids.length) ??
    40;
  return new Map(ids.map((id) => [id, id.length <= length + 1 ? id : id.slice(0, length)]));
}

/** Key of the row for all remaining hosts; no id equals it. */
const REST = '';

/** Rows are higher if there are few hosts. */
const rowHeight = (hosts: readonly HostRow[]): number =>
  Math.max(30, Math.min(56, 230 / Math.max(1, hosts.length)));

export const scatterHeight = (hosts: readonly HostRow[]): number =>
  Math.round(Math.min(hosts.length, MOST_ROWS + 1) * rowHeight(hosts)) + 32;

interface ScatterSettings {
  readonly points: readonly PointsEntry[];
  readonly hostOf: (sandbox: string | undefined) => string | undefined;
  readonly hosts: readonly HostRow[];
  readonly domain: readonly [number, number];
  readonly utc: boolean;
  /** Also connects the consecutive calls of one sandbox with a line. */
  readonly hasPath: boolean;
  readonly open: (point: PointsEntry) => void;
  /** Of a warm call. */
  readonly colour: (point: PointsEntry) => Token;
}

/** One row per host; each call a dot at its time, cold ones marked. */
export const drawScatter =
  ({ points, hostOf, hosts, domain: [fromMs, toMs], utc, hasPath, open, colour }: ScatterSettings): Draw =>
  (pen, { width, height }) => {
    const [right, bottom] = [width - 8, height - 26];
    const row = rowHeight(hosts);
    const shown = hosts.slice(0, MOST_ROWS);
    const rows =
      hosts.length > MOST_ROWS
        ? [
            ...shown,
            {
              id: REST,
              invocations: hosts.slice(MOST_ROWS).reduce((sum, host) => sum + host.invocations, 0),
            },
          ]
        : shown;
    const names = hostNames(shown.map(({ id }) => id));
    const index = new Map(rows.map(({ id }, at) => [id, at]));
    const all = hosts.reduce((sum, { invocations }) => sum + invocations, 0) || 1;
    const x = linear(fromMs, toMs, LABEL, right);
    for (const [at, { id, invocations }] of rows.entries()) {
      const y = at * row;
      if (at % 2 === 0) pen.rect(LABEL, y, right - LABEL, row, 'sunk', 0.7);
      const name = id === REST ? `${hosts.length - MOST_ROWS} others` : (names.get(id) ?? id);
      pen.text(name, 0, y + row / 2, { colour: 'ink', isBold: true, width: LABEL - 44, mono: id !== REST });
      pen.text(share(invocations / all), LABEL - 8, y + row / 2, { align: 'right' });
    }
    const placed = points.flatMap((point) => {
      const host = hostOf(point.sandbox);
      if (host === undefined) return [];
      const at = index.get(host) ?? index.get(REST);
      if (at === undefined) return [];
      // Spread vertically by a value of the point itself, so that the calls of a burst are distinguishable.
      const jitter = ((point.startUnixMs * 7919) % 1000) / 1000 - 0.5;
      return [
        {
          point,
          px: x(point.startUnixMs),
          py: at * row + row / 2 + jitter * (row - 12),
          middle: at * row + row / 2,
          host,
        },
      ];
    });
    if (hasPath)
      pen.line(
        placed.map(({ px, middle }) => [px, middle] as const),
        'line',
        0.8,
      );
    for (const { point, px, py } of placed)
      if (!point.cold && !point.failed) pen.dot(px, py, 1.8, colour(point), 0.75);
    for (const { point, px, py } of placed) if (point.cold && !point.failed) pen.diamond(px, py, 4.4);
    for (const { point, px, py } of placed) if (point.failed) pen.triangle(px, py, 4.4);
    timeAxis(pen, x, bottom, { left: LABEL, right }, utc);
    const marks: Mark[] = placed.map(({ point, px, py, host }) => ({
      x: px,
      y: py,
      kind: point.failed ? 'failed' : point.cold ? 'cold' : 'warm',
      says: () => [
        `${duration(point.durationMs)} ${point.cold ? 'cold' : 'warm'} on host ${names.get(host) ?? shortId(host)}`,
        moment(point.startUnixMs, utc),
        `${point.function}, sandbox ${shortId(point.sandbox ?? '')}`,
      ],
      open: () => open(point),
    }));
    return { marks, brush: { left: LABEL, right, valueAt: x.invert } };
  };

export interface Cell {
  readonly from: string;
  readonly to: string;
  readonly seen: number;
  /** Expected by chance, if each call were placed independently. */
  readonly expected: number;
}

/** Observed and expected transitions between the hosts with most of them. */
export function cellsOf(
  entry: HopsEntry | undefined,
  hosts: readonly HostRow[],
): { readonly ids: readonly string[]; readonly cells: readonly Cell[] } {
  const transitions = entry?.transitions ?? [];
  const ids = hosts.slice(0, MOST_ROWS).map(({ id }) => id);
  const all = transitions.reduce((sum, { count: n }) => sum + n, 0);
  const sum = (key: 'from' | 'to', id: string): number =>
    transitions.reduce((total, one) => total + (one[key] === id ? one.count : 0), 0);
  const [froms, tos] = [
    new Map(ids.map((id) => [id, sum('from', id)])),
    new Map(ids.map((id) => [id, sum('to', id)])),
  ];
  const seen = new Map(transitions.map(({ from, to, count: n }) => [`${from}\n${to}`, n]));
  const cells = ids.flatMap((from) =>
    ids.map((to) => ({
      from,
      to,
      seen: seen.get(`${from}\n${to}`) ?? 0,
      expected: all === 0 ? 0 : ((froms.get(from) ?? 0) * (tos.get(to) ?? 0)) / all,
    })),
  );
  return { ids, cells };
}

/** With fewer expected ones, the ratio has no meaning. */
export const LEAST_EXPECTED = 8;

export const heatHeight = (n: number): number => Math.min(n, MOST_ROWS) * (n > 8 ? 34 : 56) + 40;

/** Observed ÷ expected: a higher ratio is blue, a lower one sand, too little data pale and hatched. */
export const drawHeat =
  (ids: readonly string[], cells: readonly Cell[]): Draw =>
  (pen, { width, height }) => {
    const names = hostNames(ids);
    const [left, top] = [88, 30];
    const n = ids.length || 1;
    const size = Math.max(14, Math.min((height - top - 4) / n, (width - left) / n));
    pen.text('to →', left, 8);
    pen.text('from ↓', 0, top - 10);
    for (const [at, id] of ids.entries()) {
      pen.text(names.get(id) ?? id, left + at * size + size / 2, top - 9, {
        align: 'center',
        width: size - 4,
        size: 10,
        mono: true,
      });
      pen.text(names.get(id) ?? id, left - 8, top + at * size + size / 2, {
        align: 'right',
        width: left - 12,
        size: 10,
        mono: true,
      });
    }
    const marks: Mark[] = [];
    for (const { from, to, seen, expected } of cells) {
      const [x, y] = [left + ids.indexOf(to) * size, top + ids.indexOf(from) * size];
      const ratio = expected === 0 ? 0 : seen / expected;
      const isEnough = expected >= LEAST_EXPECTED;
      if (!isEnough) pen.hatch(x + 1, y + 1, size - 2, size - 2, 'rule', 'rule');
      else {
        const strength = Math.min(1, Math.abs(Math.log2(Math.max(ratio, 0.1))) / 3);
        pen.rect(
          x + 1,
          y + 1,
          size - 2,
          size - 2,
          ratio >= 1 ? 'cold' : 'warm',
          0.12 + 0.88 * strength * (ratio >= 1 ? 1 : 0.55),
        );
      }
      const isDark = isEnough && ratio >= 1 && Math.log2(ratio) > 1.6;
      const label = !isEnough ? count(seen) : ratio >= 10 ? ratio.toFixed(0) : ratio.toFixed(1);
      pen.text(label, x + size / 2, y + size / 2, {
        align: 'center',
        colour: isDark ? 'card' : isEnough ? 'ink' : 'ink2',
        isBold: isDark,
        halo: !isEnough,
      });
      marks.push({
        x: x + size / 2,
        y: y + size / 2,
        halfWidth: size / 2 - 2,
        halfHeight: size / 2 - 2,
        kind: 'other',
        says: () => [
          `${names.get(from)} → ${names.get(to)}: ${counted(seen, 'time')}`,
          `by chance ${expected.toFixed(1)}${isEnough ? `, so ${ratio.toFixed(1)} times as often` : ': too few to compare'}`,
        ],
      });
    }
    return { marks };
  };

export interface PackedHost {
  readonly id: string;
  readonly lives: readonly Life[];
}

/** Number of sandboxes on each host at a moment. */
export function packedAt(lives: readonly Life[], atMs: number): readonly PackedHost[] {
  const hosts = new Map<string, Life[]>();
  for (const life of lives) {
    const { id } = life.sandbox.host;
    if (id === undefined) continue;
    const list = hosts.get(id) ?? [];
    hosts.set(id, list);
    if (life.firstMs <= atMs && life.endMs > atMs) list.push(life);
  }
  return [...hosts]
    .map(([id, alive]) => ({ id, lives: alive }))
    .toSorted((a, b) => b.lives.length - a.lives.length || (a.id < b.id ? -1 : 1));
}

const BLOCK = 24;
const ACROSS = 4;

const GAP = 16;
const BOX = ACROSS * BLOCK + 8;
/** Below a box: its name and the number of its sandboxes. */
const NAMES = 48;
/** More lines of boxes are not looked at: the table has the rest. */
const MOST_LINES = 3;

/** Boxes in lines, as many as fit beside each other. */
function packingLines(hosts: readonly PackedHost[], width: number) {
  const most = Math.max(1, ...hosts.map(({ lives }) => lives.length));
  const high = Math.ceil(most / ACROSS) * BLOCK + 18;
  const fits = Math.max(1, Math.floor((width + GAP) / (BOX + GAP)));
  const lines = Math.max(1, Math.min(MOST_LINES, Math.ceil(hosts.length / fits)));
  return { high, fits, lines, hidden: Math.max(0, hosts.length - fits * lines) };
}

export function packingHeight(hosts: readonly PackedHost[], width: number): number {
  const { high, lines, hidden } = packingLines(hosts, width);
  return lines * (high + NAMES) + (hidden > 0 ? 20 : 0);
}

/** Hosts as boxes, each sandbox a block in them that shows its function and whether it is busy or idle. */
export const drawPacking =
  (
    hosts: readonly PackedHost[],
    atMs: number,
    colour: (name: string) => Token,
    open: (life: Life) => void,
  ): Draw =>
  (pen, { width }) => {
    const { high, fits, lines, hidden } = packingLines(hosts, width);
    const shown = hosts.slice(0, fits * lines);
    const names = hostNames(shown.map(({ id }) => id));
    const marks: Mark[] = [];
    for (const [index, { id, lives }] of shown.entries()) {
      const left = (index % fits) * (BOX + GAP);
      const top = Math.floor(index / fits) * (high + NAMES) + 4;
      const bottom = top + high;
      pen.box(left, top, BOX, high, 'line', [2, 3]);
      for (const [at, life] of lives.entries()) {
        const [x, y] = [left + 4 + (at % ACROSS) * BLOCK, bottom - 4 - BLOCK * (Math.floor(at / ACROSS) + 1)];
        const isBusy = life.busy.some(({ fromMs, toMs }) => fromMs <= atMs && toMs >= atMs);
        const tone = colour(life.sandbox.function);
        if (isBusy) pen.bar(x + 1, y + 1, BLOCK - 2, BLOCK - 2, tone);
        else {
          pen.context.globalAlpha = 0.35;
          pen.rect(x + 1, y + 1, BLOCK - 2, BLOCK - 2, tone, 0.35);
          pen.box(x + 1, y + 1, BLOCK - 2, BLOCK - 2, tone);
        }
        marks.push({
          x: x + BLOCK / 2,
          y: y + BLOCK / 2,
          halfWidth: BLOCK / 2 - 1,
          halfHeight: BLOCK / 2 - 1,
          kind: 'other',
          open: () => open(life),
          opens: 'its calls',
          says: () => [
            `${life.sandbox.function}, ${isBusy ? 'busy' : 'idle'}`,
            `sandbox ${shortId(life.sandbox.id)}, ${counted(life.sandbox.invocations, 'call')}`,
            `host ${names.get(id)}`,
          ],
        });
      }
      pen.text(names.get(id) ?? id, left + BOX / 2, bottom + 14, {
        align: 'center',
        isBold: true,
        colour: 'ink',
        width: BOX + 10,
        mono: true,
      });
      pen.text(counted(lives.length, 'sandbox', 'sandboxes'), left + BOX / 2, bottom + 30, {
        align: 'center',
      });
    }
    if (hidden > 0)
      pen.text(
        `${counted(hidden, 'more host', 'more hosts')}: show as table`,
        0,
        packingHeight(hosts, width) - 10,
      );
    return { marks };
  };
