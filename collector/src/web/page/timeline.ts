/** The cold-start timeline: sandboxes as lines, their invocations as marks, grouped by function, coloured by host. */

export interface Invocation {
  start: string;
  function: string;
  sandboxId: string;
  ordinal?: number | null;
  cold: boolean;
  durationMs: number;
  idleMs?: number | null;
}

export interface Sandbox {
  id: string;
  function: string;
  firstSeen: string;
  lastSeen: string;
  invocations: number;
  state: string;
  host: { id?: string | null; confidence: string };
  evicted?: { after: string; before?: string | null } | null;
}

export interface Timeline {
  /** Window, ms since the epoch. */
  readonly from: number;
  readonly to: number;
  readonly sandboxes: readonly Sandbox[];
  readonly invocations: readonly Invocation[];
  readonly colors: ReadonlyMap<string, string>;
}

const COLORS = ['--host-0', '--host-1', '--host-2', '--host-3', '--host-4', '--host-5'];
const UNKNOWN = 'unknown host';
const LANE = 11;
const TITLE = 22;
const LEFT = 12;
const RIGHT = 12;
const AXIS = 22;
/** Room for the label of one grid line, px. */
const LABEL = 95;

const hostOf = (sandbox: Sandbox): string => sandbox.host.id ?? UNKNOWN;

/** A colour for each host, in the order hosts were first seen, so that it stays the same from one refresh to the next. */
export function hostColors(sandboxes: readonly Sandbox[]): Map<string, string> {
  const colors = new Map<string, string>();
  for (const sandbox of [...sandboxes].sort((a, b) => a.firstSeen.localeCompare(b.firstSeen))) {
    const host = hostOf(sandbox);
    if (colors.has(host)) continue;
    // Past the palette hosts share the neutral colour; the tooltip still names them.
    const color =
      host === UNKNOWN ? undefined : COLORS[[...colors.keys()].filter((key) => key !== UNKNOWN).length];
    colors.set(host, `var(${color ?? '--host-none'})`);
  }
  return colors;
}

function svg(tag: string, attributes: Record<string, string | number>, text?: string): SVGElement {
  const node = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, String(value));
  if (text !== undefined) node.textContent = text;
  return node;
}

function showTip(tip: HTMLElement, node: SVGElement, text: string): void {
  node.addEventListener('pointerenter', (event) => {
    tip.textContent = text;
    tip.hidden = false;
    const { clientX, clientY } = event;
    tip.style.left = `${Math.min(clientX + 12, innerWidth - 260)}px`;
    tip.style.top = `${clientY + 14}px`;
  });
  node.addEventListener('pointerleave', () => (tip.hidden = true));
}

function drawLegend(legend: HTMLElement, colors: ReadonlyMap<string, string>): void {
  const item = (mark: SVGElement, text: string): HTMLElement => {
    const picture = svg('svg', { width: 16, height: 12 });
    picture.append(mark);
    const entry = document.createElement('li');
    entry.append(picture, text);
    return entry;
  };
  const cold = svg('circle', { cx: 8, cy: 6, r: 4.5, class: 'cold' });
  const warm = svg('circle', { cx: 8, cy: 6, r: 2.2, class: 'warm', fill: 'currentColor' });
  const end = svg('path', { d: 'M5 3l6 6m0-6l-6 6', class: 'end' });
  legend.replaceChildren(
    item(cold, 'cold start'),
    item(warm, 'warm invocation'),
    item(end, 'evicted'),
    ...[...colors].map(([host, color]) =>
      item(
        svg('path', { d: 'M1 6h14', stroke: color, class: 'life' }),
        host.length > 18 ? `host ${host.slice(0, 8)}…` : host,
      ),
    ),
  );
}

function drawAxis(
  chart: SVGElement,
  at: (ms: number) => number,
  { from, to }: Timeline,
  [width, height]: readonly [number, number],
): void {
  const steps = [5, 10, 15, 30, 60, 120, 300, 600, 900].map((seconds) => seconds * 1000);
  const step = steps.find((ms) => (to - from) / ms <= width / LABEL) ?? 1_800_000;
  for (let time = Math.ceil(from / step) * step; time <= to; time += step) {
    const x = at(time);
    chart.append(
      svg('line', { x1: x, x2: x, y1: 0, y2: height - AXIS, class: 'grid' }),
      svg('text', { x, y: height - 7, 'text-anchor': 'middle' }, new Date(time).toLocaleTimeString()),
    );
  }
}

/** Draws the timeline and its legend in place of what was there. */
export function drawTimeline(box: HTMLElement, legend: HTMLElement, tip: HTMLElement, data: Timeline): void {
  drawLegend(legend, data.colors);
  const groups = new Map<string, Sandbox[]>();
  for (const sandbox of [...data.sandboxes].sort((a, b) => a.firstSeen.localeCompare(b.firstSeen))) {
    const group = groups.get(sandbox.function);
    if (group) group.push(sandbox);
    else groups.set(sandbox.function, [sandbox]);
  }
  const width = Math.max(box.clientWidth, 320);
  const height = Math.max(60, data.sandboxes.length * LANE + groups.size * TITLE) + AXIS;
  const at = (ms: number): number =>
    LEFT +
    ((Math.max(ms, data.from) - data.from) / Math.max(1, data.to - data.from)) * (width - LEFT - RIGHT);
  const chart = svg('svg', {
    viewBox: `0 0 ${width} ${height}`,
    height,
    role: 'img',
    'aria-label': 'cold starts over time',
  });
  drawAxis(chart, at, data, [width, height]);

  const lanes = new Map<string, number>();
  let y = 0;
  for (const [name, sandboxes] of [...groups].sort(([a], [b]) => a.localeCompare(b))) {
    chart.append(svg('text', { x: LEFT, y: y + TITLE - 7, class: 'lane-title' }, name));
    y += TITLE;
    for (const sandbox of sandboxes) {
      const lane = y + LANE / 2;
      lanes.set(`${name} ${sandbox.id}`, lane);
      y += LANE;
      const color = data.colors.get(hostOf(sandbox)) ?? 'var(--host-none)';
      const last = at(Date.parse(sandbox.lastSeen));
      const line = svg('line', {
        x1: at(Date.parse(sandbox.firstSeen)),
        x2: last,
        y1: lane,
        y2: lane,
        stroke: color,
        class: 'life',
      });
      chart.append(line);
      const gone = sandbox.state === 'evicted' || sandbox.state === 'confirmed';
      const until = gone
        ? (sandbox.evicted?.before ?? sandbox.evicted?.after ?? sandbox.lastSeen)
        : new Date(data.to).toISOString();
      const end = at(Math.min(Date.parse(until), data.to));
      // Idle since its last invocation: dotted, up to the eviction or to now.
      chart.append(
        svg('line', {
          x1: last,
          x2: end,
          y1: lane,
          y2: lane,
          stroke: color,
          'stroke-dasharray': '1 4',
          class: 'life',
        }),
      );
      if (gone) {
        const cross = svg('path', { d: `M${end - 3} ${lane - 3}l6 6m0-6l-6 6`, class: 'end' });
        showTip(
          tip,
          cross,
          `sandbox ${sandbox.id.slice(0, 12)} ${sandbox.state}\n${sandbox.invocations} invocations`,
        );
        chart.append(cross);
      }
      showTip(
        tip,
        line,
        `sandbox ${sandbox.id.slice(0, 12)}, ${sandbox.state}\n${sandbox.invocations} invocations\nhost ${hostOf(sandbox)} (${sandbox.host.confidence})`,
      );
    }
  }
  // Oldest first, so that a cold mark lies over the warm ones beside it.
  for (const invocation of [...data.invocations].sort((a, b) => Number(a.cold) - Number(b.cold))) {
    const lane = lanes.get(`${invocation.function} ${invocation.sandboxId}`);
    if (lane === undefined) continue;
    const mark = svg('circle', {
      cx: at(Date.parse(invocation.start)),
      cy: lane,
      r: invocation.cold ? 4.5 : 2.2,
      class: invocation.cold ? 'cold' : 'warm',
      fill: 'var(--warm)',
    });
    const idle =
      invocation.idleMs === undefined || invocation.idleMs === null
        ? ''
        : `\nidle before: ${(invocation.idleMs / 1000).toFixed(2)} s`;
    showTip(
      tip,
      mark,
      `${invocation.cold ? 'cold start' : 'warm'} #${invocation.ordinal ?? '?'}\n${invocation.durationMs.toFixed(1)} ms${idle}\n${new Date(invocation.start).toLocaleTimeString()}`,
    );
    chart.append(mark);
  }
  box.replaceChildren(chart);
}
