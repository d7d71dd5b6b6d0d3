import type { Report } from './report.ts';
import type { VariantResult } from './results.ts';
import type { Estimate } from './statistics.ts';
import type { Breakdown } from './stages.ts';
import type { Target } from './targets.ts';

/** A table of strings; the first row is the head. */
export type Table = readonly (readonly string[])[];

const number = (value: number): string => {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return value.toFixed(digits).replace(/^-(0(\.0+)?)$/, '$1');
};

/** `value [low, high]`, the figures divided by `unit`; a dash for missing values. */
function text(figure: Estimate | undefined, unit = 1): string {
  if (figure === undefined) return '–';
  const { value, low, high } = figure;
  const interval =
    low === undefined || high === undefined ? '' : ` [${number(low / unit)}, ${number(high / unit)}]`;
  return number(value / unit) + interval;
}

type Column = readonly [head: string, cell: (one: VariantResult) => string];

const NAME: Column = ['', (one) => one.title];

const COLD: readonly Column[] = [
  NAME,
  ['first response, ms', (one) => text(one.firstResponseMs)],
  ['added, ms', (one) => text(one.addedFirstResponseMs)],
  ['CPU before it, added, ms', (one) => text(one.addedStartupCpuMs)],
  ['CPU after it, added, ms', (one) => text(one.addedPostResponseCpuMs)],
];

const WARM: readonly Column[] = [
  NAME,
  ['added p50, µs', (one) => text(one.addedCallP50Micros)],
  ['added p99, µs', (one) => text(one.addedCallP99Micros)],
  ['calls 2–10, added, µs', (one) => text(one.addedEarlyCallMicros)],
  ['CPU after, added, µs', (one) => text(one.addedPostResponseCpuMicros)],
  ['CPU in all, added, µs', (one) => text(one.addedCpuMicros)],
];

const SPACE: readonly Column[] = [
  NAME,
  ['memory added, MB', (one) => text(one.addedRssBytes, 1e6)],
  ['bundle, kB', ({ bundle }) => (bundle?.rawBytes ? number(bundle.rawBytes / 1e3) : '–')],
  ['minified, kB', ({ bundle }) => (bundle ? number(bundle.minifiedBytes / 1e3) : '–')],
  ['gzip, kB', ({ bundle }) => (bundle ? number(bundle.gzipBytes / 1e3) : '–')],
];

const QUOTA: readonly Column[] = [
  NAME,
  ['first response, ms', (one) => text(one.quotaFirstResponseMs)],
  ['added, ms', (one) => text(one.addedQuotaFirstResponseMs)],
];

const DELIVERED: readonly Column[] = [
  NAME,
  [
    'packages',
    (one) =>
      Object.entries(one.packages)
        .map((entry) => entry.join(' '))
        .join(', ') || '–',
  ],
  ['extension registered', (one) => `${one.extensions} of ${one.processes}`],
  ['spans', (one) => number(one.deliveredPerInvocation?.spans ?? 0)],
  ['spans while measured', (one) => number(one.measuredSpansPerInvocation ?? 0)],
  ['datagrams', (one) => number(one.deliveredPerInvocation?.datagrams ?? 0)],
  ['bytes of log', (one) => number(one.deliveredPerInvocation?.stdoutBytes ?? 0)],
];

function table(columns: readonly Column[], rows: readonly VariantResult[]): Table {
  return [columns.map(([head]) => head), ...rows.map((row) => columns.map(([, cell]) => cell(row)))];
}

function targetRow({ name, variant, unit, limit, value, low, high, met, margin }: Target): string[] {
  const [shown, divisor] =
    unit === 'B' ? (limit < 1e6 ? (['kB', 1e3] as const) : (['MB', 1e6] as const)) : ([unit, 1] as const);
  const interval = low !== undefined && high !== undefined && { low, high };
  return [
    name,
    variant,
    `${number(limit / divisor)} ${shown}`,
    text({ value, n: 0, ...interval }, divisor),
    met ? `met, ${number(margin / divisor)} to spare` : `missed by ${number(-margin / divisor)}`,
  ];
}

function stageTable({ stages }: Breakdown): Table {
  return [
    ['', 'wall, ms', 'CPU, ms'],
    ...stages.map(({ name, wallMs, cpuMs, within }) => [
      within ? `– ${name}` : name,
      text(wallMs),
      cpuMs === undefined ? '' : text(cpuMs),
    ]),
  ];
}

function stepTable({ steps }: Breakdown): Table {
  return [
    ['', 'after a pause of 4 ms, µs', 'in a loop, µs'],
    ...steps.map(({ name, pausedMicros, loopedMicros }) => [
      name,
      number(pausedMicros),
      number(loopedMicros),
    ]),
  ];
}

/** The tables of a report, each with its title, without those that have no measured row. */
export function makeTables({
  variants,
  targets,
  plan,
  breakdown,
}: Report): { title: string; table: Table }[] {
  const measured = variants.filter(({ status }) => status !== 'missing');
  const instrumented = measured.filter(({ addedFirstResponseMs }) => addedFirstResponseMs !== undefined);
  const invocations = 1 + plan.warmUpInvocations;
  const tables = [
    { title: 'Cold start', table: table(COLD, measured) },
    { title: 'Warm invocations', table: table(WARM, instrumented) },
    { title: `Memory after ${invocations} invocations, and code`, table: table(SPACE, instrumented) },
    {
      title: 'First response under 1/14 of a core',
      table: table(
        QUOTA,
        measured.filter(({ quotaFirstResponseMs }) => quotaFirstResponseMs !== undefined),
      ),
    },
    { title: 'Delivered for each invocation', table: table(DELIVERED, instrumented) },
    ...(breakdown === undefined
      ? []
      : [
          { title: 'Where the first response of Sandscope (CommonJS) goes', table: stageTable(breakdown) },
          { title: 'Single system calls of a warm invocation', table: stepTable(breakdown) },
        ]),
    { title: 'Targets', table: [['', 'variant', 'at most', 'measured', ''], ...targets.map(targetRow)] },
  ];
  return tables.filter((one) => one.table.length > 1);
}

/** A table for a terminal, its columns aligned. */
export function formatTable(rows: Table): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows
    .map((row) =>
      row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('  '),
    )
    .join('\n');
}
