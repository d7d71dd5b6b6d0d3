/**
 * The page: asks the query API every two seconds and draws what it says. No framework, no state of its own.
 * Everything from outside (function names, host ids) becomes text nodes, never markup.
 */
import { drawTimeline, hostColors, type Invocation, type Sandbox } from './timeline.ts';
import { askForToken, tokenHeaders } from './token.ts';

interface Rate {
  value: number;
  low: number;
  high: number;
  n: number;
}
interface Counts {
  invocations: number;
  cold: number;
  coldRate?: Rate;
  sandboxes: number;
  alive: number;
  evicted: number;
  /** Absent, with confidence `none`, where hosts cannot be known. */
  hosts?: number;
  hostConfidence: string;
  hops?: number;
  lostSpans: number;
  errors: number;
}
interface FunctionRow extends Counts {
  function: string;
  durationMs?: { p50?: number; p99?: number };
  coldDurationMs?: { p50?: number };
}
interface Eviction {
  sandbox: string;
  function: string;
  state: string;
  after: string;
  before?: string;
  cause: string;
  /** How long it was idle when it ended: bounds, equal when it said goodbye. */
  idleMs?: { low: number; high?: number };
}
interface Status {
  ready: boolean;
  inbox: { pendingRequests: number };
  engine: { state: string };
}

const REFRESH_MILLIS = 2000;
const MOST_INVOCATIONS = 1000;

function byId<T extends HTMLElement>(id: string): T {
  return document.getElementById(id) as T;
}

function element(tag: string, text?: string): HTMLElement {
  const node = document.createElement(tag);
  if (text !== undefined) node.textContent = text;
  return node;
}

/** The collector wants a token, or another one. */
class TokenNeeded extends Error {}

async function get<T>(path: string, query: Record<string, string>): Promise<T> {
  const parameters = new URLSearchParams(Object.entries(query).filter(([, value]) => value !== ''));
  const response = await fetch(`${path}?${parameters}`, { headers: tokenHeaders() });
  if (response.status === 401) throw new TokenNeeded('a token is needed');
  const body = (await response.json()) as T & { message?: string };
  if (!response.ok) throw new Error(body.message ?? `${path} answered ${response.status}`);
  return body;
}

const percent = (ratio: number): string => `${(ratio * 100).toFixed(ratio < 0.1 ? 1 : 0)} %`;
const milliseconds = (ms: number | undefined): string =>
  ms === undefined ? '–' : ms < 10 ? `${ms.toFixed(1)} ms` : `${Math.round(ms)} ms`;
const interval = (rate: Rate | undefined): string =>
  rate === undefined || rate.n === 0 ? '' : `${percent(rate.low)} to ${percent(rate.high)}`;
/** A host count means nothing where hosts cannot be known: say so instead. */
const known = (count: number | undefined): string => (count === undefined ? 'unknown' : String(count));
const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
function idleTime(idleMs: Eviction['idleMs']): string {
  if (idleMs === undefined) return '–';
  if (idleMs.high === undefined) return `≥ ${seconds(idleMs.low)}`;
  return idleMs.high - idleMs.low < 50
    ? seconds(idleMs.low)
    : `${seconds(idleMs.low)} to ${seconds(idleMs.high)}`;
}
const clock = (time: string): string => new Date(time).toLocaleTimeString();

function tile(title: string, value: string, note = ''): HTMLElement {
  const box = element('div');
  const figure = element('dd', value);
  if (note !== '') figure.append(element('small', note));
  box.append(element('dt', title), figure);
  return box;
}

function showTiles(total: Counts): void {
  byId('tiles').replaceChildren(
    tile('Invocations', String(total.invocations), total.errors > 0 ? `${total.errors} failed` : ''),
    tile(
      'Cold rate',
      total.coldRate && total.coldRate.n > 0 ? percent(total.coldRate.value) : '–',
      interval(total.coldRate),
    ),
    tile('Sandboxes', String(total.sandboxes), `${total.alive} alive, ${total.evicted} evicted`),
    tile(
      'Reuse',
      total.sandboxes > 0 ? (total.invocations / total.sandboxes).toFixed(1) : '–',
      'invocations a sandbox',
    ),
    tile('Hosts', known(total.hosts), `confidence: ${total.hostConfidence}`),
    tile('Host hops', known(total.hops)),
    tile('Lost spans', String(total.lostSpans), 'gaps in the ordinals'),
  );
}

function fillTable(
  table: HTMLElement,
  titles: readonly string[],
  rows: readonly (readonly string[])[],
  none: string,
): void {
  const head = element('tr');
  head.append(...titles.map((title) => element('th', title)));
  const body = rows.map((cells) => {
    const row = element('tr');
    row.append(...cells.map((cell) => element('td', cell)));
    return row;
  });
  if (body.length === 0) {
    const row = element('tr');
    const cell = element('td', none);
    cell.className = 'empty';
    cell.setAttribute('colspan', String(titles.length));
    row.append(cell);
    body.push(row);
  }
  table.replaceChildren(head, ...body);
}

function showFunctions(rows: readonly FunctionRow[]): void {
  fillTable(
    byId('functions'),
    [
      'Function',
      'Invocations',
      'Cold',
      'Cold rate (95 %)',
      'Sandboxes',
      'Alive',
      'Evicted',
      'Hosts',
      'Hops',
      'p50',
      'p99',
      'Cold p50',
      'Lost',
    ],
    rows.map((row) => [
      row.function,
      String(row.invocations),
      String(row.cold),
      interval(row.coldRate),
      String(row.sandboxes),
      String(row.alive),
      String(row.evicted),
      known(row.hosts),
      known(row.hops),
      milliseconds(row.durationMs?.p50),
      milliseconds(row.durationMs?.p99),
      milliseconds(row.coldDurationMs?.p50),
      String(row.lostSpans),
    ]),
    'No invocation in this window. Wrap a handler, or widen the window.',
  );
}

function showEvictions(rows: readonly Eviction[]): void {
  fillTable(
    byId('evictions'),
    ['Sandbox', 'Function', 'State', 'Cause', 'Idle before', 'Between', 'and'],
    rows.map((row) => [
      row.sandbox.slice(0, 12),
      row.function,
      row.state,
      row.cause,
      idleTime(row.idleMs),
      clock(row.after),
      row.before === undefined ? '–' : clock(row.before),
    ]),
    'No eviction was inferred in this window.',
  );
}

/** Keeps the choice of functions in step with what is seen, without disturbing a choice being made. */
function showChoice(select: HTMLSelectElement, names: readonly string[]): void {
  const before = [...select.options].slice(1).map((option) => option.value);
  if (before.join('\n') === names.join('\n')) return;
  const chosen = select.value;
  select.replaceChildren(select.options[0]!, ...names.map((name) => new Option(name, name)));
  select.value = names.includes(chosen) ? chosen : '';
}

/** The drawing starts where there is something to draw, a little before the first sandbox. */
function firstSeen(sandboxes: readonly Sandbox[]): number {
  const first = Math.min(...sandboxes.map((sandbox) => Date.parse(sandbox.firstSeen)));
  return Number.isFinite(first) ? first - 2000 : -Infinity;
}

async function refresh(): Promise<void> {
  const from = byId<HTMLSelectElement>('window').value;
  const chosen = byId<HTMLSelectElement>('function').value;
  const [status, all] = await Promise.all([
    get<Status>('api/v1/status', {}),
    get<{ functions: FunctionRow[]; total: Counts; from: string; to: string }>('api/v1/functions', { from }),
  ]);
  const names = all.functions.map((row) => row.function);
  showChoice(byId('function'), names);
  const selected = names.includes(chosen) ? chosen : '';
  const shown = all.functions.filter((row) => selected === '' || row.function === selected);
  showTiles(selected === '' ? all.total : shown[0]!);
  showFunctions(shown);

  const query = { from, function: selected };
  const [sandboxes, invocations, evictions] = await Promise.all([
    get<{ sandboxes: Sandbox[]; truncated: boolean }>('api/v1/sandboxes', { ...query, limit: '200' }),
    get<{ invocations: Invocation[]; truncated: boolean }>('api/v1/invocations', {
      ...query,
      limit: String(MOST_INVOCATIONS),
    }),
    get<{ evictions: Eviction[] }>('api/v1/evictions', { ...query, limit: '10' }),
  ]);
  const colors = hostColors(sandboxes.sandboxes);
  drawTimeline(byId('timeline'), byId('legend'), byId('tip'), {
    from: Math.max(Date.parse(all.from), firstSeen(sandboxes.sandboxes)),
    to: Date.parse(all.to),
    sandboxes: sandboxes.sandboxes,
    invocations: invocations.invocations,
    colors,
  });
  byId('timeline-note').textContent =
    invocations.truncated || sandboxes.truncated
      ? `Drawn: the latest ${invocations.invocations.length} invocations and ${sandboxes.sandboxes.length} sandboxes; there are more in this window.`
      : '';
  showEvictions(evictions.evictions);
  byId('state').textContent = status.ready
    ? `live, ${status.inbox.pendingRequests === 0 ? 'everything received is stored' : `${status.inbox.pendingRequests} requests on their way to the store`}`
    : `engine ${status.engine.state}`;
}

async function loop(): Promise<void> {
  try {
    if (!document.hidden) await refresh();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    byId('state').textContent = error instanceof TokenNeeded ? message : `cannot update: ${message}`;
    if (error instanceof TokenNeeded) {
      await askForToken();
      void loop();
      return;
    }
  }
  setTimeout(() => void loop(), REFRESH_MILLIS);
}

for (const id of ['window', 'function'])
  byId(id).addEventListener('change', () => void refresh().catch(() => {}));
void loop();
