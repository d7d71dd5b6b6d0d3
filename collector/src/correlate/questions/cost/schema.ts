import { Type } from '@fastify/type-provider-typebox';
import { Basis, Count, Estimate, Millis } from '../../../schema/index.ts';
import { ShownPlan } from '../shared/plan.ts';
import { Deployment } from '../reuse/schema.ts';

const Share = (description: string) => Type.Number({ description: `${description} 0 to 1.` });
const Money = (description: string) =>
  Type.Number({ description: `${description} In the currency of the plan.` });

export const FunctionCost = Type.Object({
  function: Type.String({ description: 'Its name.' }),
  version: Type.Optional(Type.String({ description: 'Version of the function, if known.' })),
  deployment: Deployment,
  memoryMb: Type.Optional(Type.Integer({ description: 'Memory limit, MB (2²⁰ bytes).' })),
  n: Count('Calls examined.'),
  callsPerMonth: Type.Number({
    description: 'Calls in 30 days at the rate of the range, counted from the first call in it.',
  }),
  billedMs: Estimate('Billed time of a call, mean, ms.'),
  perMillion: Type.Optional(
    Type.Object(
      {
        total: Estimate('Cost of a million calls, in the currency of the plan.'),
        requests: Money('The part for the requests themselves.'),
        time: Money('The part for time, memory and CPU.'),
        storage: Type.Optional(
          Money(
            'The part for temporary storage beyond what is included, by the size of its file system; absent if that is unknown.',
          ),
        ),
      },
      { description: 'Absent without a plan, or if the plan needs a value that is unknown.' },
    ),
  ),
  perMonth: Type.Optional(Estimate('Cost of 30 days at the rate of the range, in the currency of the plan.')),
  efficiency: Type.Object(
    {
      time: Type.Optional(Share('Handler time divided by billed time.')),
      cpu: Type.Optional(Share('CPU time of the process divided by billed CPU time.')),
      memory: Type.Optional(Share('Used memory · time (peak RSS), divided by what is billed.')),
    },
    { description: 'The used share of what is billed.' },
  ),
  initialisationShare: Type.Optional(
    Share('Share of billed time that is initialisation, if the plan bills it.'),
  ),
  egressGbPerMillion: Type.Optional(
    Type.Number({
      description:
        'GB (2³⁰ bytes) that a million calls send on all interfaces. Without a price, because most plans depend on the destination.',
    }),
  ),
  telemetry: Type.Optional(
    Type.Object(
      {
        beforeResponseMs: Millis('Time that Sandscope takes before the response, mean per call.'),
        exportMs: Type.Optional(Millis('Time that exports take, averaged over all calls.')),
        share: Share('Share of the billed time including exports, if the platform bills them.'),
      },
      { description: 'What the instrumentation itself costs.' },
    ),
  ),
  breakEven: Type.Array(
    Type.Object({
      machine: Type.String({ description: 'Short name of the machine.' }),
      title: Type.String({ description: 'Readable name.' }),
      perHour: Type.Number({ description: 'Dollars per hour.' }),
      date: Type.String({ description: 'Date of its price.' }),
      source: Type.String({ description: 'Source of its price.' }),
      requestsPerHour: Type.Number({
        description: 'Requests per hour from which the machine costs less, if it can handle that many.',
      }),
      share: Share('Present requests per hour divided by that number: above 1 the machine is cheaper.'),
    }),
    { description: 'Rented machines instead of the function, for price plans in dollars.' },
  ),
  reconciliation: Type.Optional(
    Type.Object(
      {
        both: Count('Invocations known from spans or records.'),
        withoutReport: Count('Invocations without a record, in the time that records cover.'),
        withoutSpan: Count('Invocations without a span, in the time that spans cover.'),
        measuredMs: Millis('Total handler time of the invocations that both report.'),
        reportedMs: Millis('Total duration of the same invocations, as the platform measured it.'),
        billedMs: Type.Optional(Millis('Total billed time of the same invocations.')),
        billedOtherwise: Count(
          'Records whose billed duration differs from the measured one, rounded up, by more than 1 ms.',
        ),
        beyondHandlerMs: Type.Optional(
          Millis(
            'Billed time minus handler time, mean per call: runtime, extensions, initialisation, rounding.',
          ),
        ),
      },
      { description: "Comparison with the platform's own records, if they were imported." },
    ),
  ),
  plan: Type.Optional(ShownPlan),
  basis: Basis,
});
