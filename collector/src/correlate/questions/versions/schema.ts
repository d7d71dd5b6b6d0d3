import { Type } from '@fastify/type-provider-typebox';
import { Count, OneOf, Time } from '../../../schema/index.ts';
import { Estimate, Missing, RestsOn } from '../shared/estimate.ts';

export const METRICS = [
  'init-ms',
  'module-ms',
  'first-call-ms',
  'duration-ms',
  'memory-bytes',
  'error-rate',
] as const;
export const VERDICTS = ['worse', 'better', 'same', 'not-enough-data'] as const;

const Side = (of: string) =>
  Type.Object(
    {
      version: Type.String({ description: 'As the platform numbers it; empty where it does not.' }),
      memoryMb: Type.Optional(Type.Number({ description: 'Memory limit. MB.' })),
      from: Time('Its first call in the range.'),
      to: Time('Its last one.'),
      invocations: Count('Calls of it.'),
      coldStarts: Count('Of them cold.'),
      sandboxes: Count('Sandboxes of it.'),
    },
    { description: of },
  );

const Change = Type.Object({
  metric: OneOf(
    METRICS,
    'init-ms: initialisation. module-ms: load of the function’s modules. first-call-ms: the handler when called first. duration-ms: a warm ' +
      'call. memory-bytes: most memory a sandbox used. error-rate: share of calls that failed. All but the last are medians.',
  ),
  before: Estimate('With the version before.'),
  after: Estimate('With this version.'),
  difference: Type.Optional(
    Type.Object(
      {
        value: Type.Number({ description: 'After less before, in the unit of the metric.' }),
        low: Type.Number({ description: 'Lower end of its 95 % interval, by drawing sandboxes.' }),
        high: Type.Number({ description: 'Upper end of it.' }),
        ratio: Type.Optional(Type.Number({ description: 'Difference over before.' })),
        p: Type.Number({
          description: 'Of no difference, adjusted over all metrics (Benjamini and Hochberg).',
        }),
        detectable: Type.Number({
          description:
            'The smallest difference that so many calls would show in four of five cases, in the unit of the metric.',
        }),
      },
      { description: 'Absent where there is too little on a side.' },
    ),
  ),
  verdict: OneOf(
    VERDICTS,
    'worse, better: a difference at p below .05, and large enough to matter. same: none that matters, as far as so many calls ' +
      'would show one. not-enough-data: a difference that matters might hide.',
  ),
});

const Package = Type.Object({
  name: Type.String({ description: 'Top-level package; `.` for the function’s own files.' }),
  before: Estimate('Median of its own load time with the version before. Milliseconds.'),
  after: Estimate('The same with this version. Milliseconds.'),
  differenceMs: Type.Number({
    description: 'After less before; a package that is new counts from 0. Milliseconds.',
  }),
});

const Deploy = Type.Object({
  function: Type.String({ description: 'Name of the function.' }),
  before: Side('The version before.'),
  after: Side('The version that was deployed.'),
  verdict: OneOf(
    VERDICTS,
    'worse where anything is; else better where anything is; not-enough-data where anything lacks it.',
  ),
  summary: Type.String({ description: 'One sentence, for a pull request.' }),
  changes: Type.Array(Change, { description: 'By metric.' }),
  packages: Type.Array(Package, {
    description: 'Those whose load time changed most, 20 at most; needs the spans of initialisations.',
  }),
  restsOn: RestsOn,
  missing: Missing,
});

export const answer = { deploys: Type.Array(Deploy) };
