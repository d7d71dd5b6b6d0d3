import { Type } from '@fastify/type-provider-typebox';
import { Count, OneOf, Time } from '../../../schema/index.ts';
import { Deployment } from '../reuse/schema.ts';
import { Estimate, Missing, RestsOn } from '../../estimate.ts';

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
      version: Type.String({ description: 'Version as the platform numbers it; empty if it has none.' }),
      memoryMb: Type.Optional(Type.Number({ description: 'Memory limit. MB.' })),
      from: Time('Its first call in the range.'),
      to: Time('Its last call in the range.'),
      invocations: Count('Its calls.'),
      coldStarts: Count('Cold ones among them.'),
      sandboxes: Count('Its sandboxes.'),
    },
    { description: of },
  );

const Change = Type.Object({
  metric: OneOf(
    METRICS,
    'init-ms: initialisation. module-ms: load of the function’s modules. first-call-ms: the handler when called first. duration-ms: a warm ' +
      'call. memory-bytes: peak memory of a sandbox. error-rate: share of calls that failed. All but the last are medians.',
  ),
  before: Estimate('With the version before.'),
  after: Estimate('With this version.'),
  difference: Type.Optional(
    Type.Object(
      {
        value: Type.Number({ description: 'After minus before, in the unit of the metric.' }),
        low: Type.Number({ description: 'Lower end of its 95 % interval, from a bootstrap over sandboxes.' }),
        high: Type.Number({ description: 'Upper end of the interval.' }),
        ratio: Type.Optional(Type.Number({ description: 'The difference divided by the value before.' })),
        p: Type.Number({
          description: 'p value of no difference, adjusted over all metrics (Benjamini and Hochberg).',
        }),
        detectable: Type.Number({
          description:
            'The smallest difference that this number of calls would detect in four of five cases, in the unit of the metric.',
        }),
      },
      { description: 'Absent if one side has too few data.' },
    ),
  ),
  verdict: OneOf(
    VERDICTS,
    'worse, better: a relevant difference with p below 0.05. same: no relevant difference, as far as this number of calls ' +
      'would detect one. not-enough-data: a relevant difference may be undetected.',
  ),
});

const Package = Type.Object({
  name: Type.String({ description: 'Top-level package; `.` for the function’s own files.' }),
  before: Estimate('Median of its own load time with the version before. Milliseconds.'),
  after: Estimate('The same with this version. Milliseconds.'),
  differenceMs: Type.Number({
    description: 'After minus before; a new package counts from 0. Milliseconds.',
  }),
});

const Deploy = Type.Object({
  function: Type.String({ description: 'Name of the function.' }),
  deployment: Deployment,
  before: Side('The version before.'),
  after: Side('The version that was deployed.'),
  verdict: OneOf(
    VERDICTS,
    'worse if any metric is worse; else better if any is better; not-enough-data if any lacks data.',
  ),
  summary: Type.String({ description: 'The verdict in one sentence, for a pull request.' }),
  changes: Type.Array(Change, { description: 'By metric.' }),
  packages: Type.Array(Package, {
    description: 'Packages whose load time changed most, at most 20. Needs spans of initialisations.',
  }),
  restsOn: RestsOn,
  missing: Missing,
});

export const answer = { deploys: Type.Array(Deploy) };
