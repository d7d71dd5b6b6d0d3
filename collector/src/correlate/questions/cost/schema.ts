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
  n: Count('Calls looked at.'),
  callsPerMonth: Type.Number({
    description: 'Calls in 30 days at the rate of the range, counted from the first call in it.',
  }),
  billedMs: Estimate('Billed time of a call, mean, ms.'),
  perMillion: Type.Optional(
    Type.Object(
      {
        total: Estimate('Cost of a million calls, in the currency of the plan.'),
        requests: Money('Of it, for the requests themselves.'),
        time: Money('Of it, for time, memory and CPU.'),
      },
      { description: 'Absent without a plan, or if the plan needs a value that is unknown.' },
    ),
  ),
  perMonth: Type.Optional(Estimate('Cost of 30 days at the rate of the range, in the currency of the plan.')),
  efficiency: Type.Object(
    {
      time: Type.Optional(Share('Time the handler ran of the time that is billed.')),
      cpu: Type.Optional(Share('CPU time of the process of the CPU time that is billed.')),
      memory: Type.Optional(Share('Memory · time that was used (highest RSS) of what is billed.')),
    },
    { description: 'Used share of what is billed.' },
  ),
  initialisationShare: Type.Optional(
    Share('Share of billed time that goes on initialisation, where the plan bills that.'),
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
        beforeResponseMs: Millis('What Sandscope costs before the response, mean of a call.'),
        exportMs: Type.Optional(Millis('What exports take, spread over all calls.')),
        share: Share('Of the billed time with exports in it, if the platform bills them.'),
      },
      { description: "The instrument's own share." },
    ),
  ),
  breakEven: Type.Array(
    Type.Object({
      machine: Type.String({ description: 'Short name of the machine.' }),
      title: Type.String({ description: 'Readable name.' }),
      perHour: Type.Number({ description: 'Dollars an hour.' }),
      date: Type.String({ description: 'Date of its price.' }),
      source: Type.String({ description: 'Source of its price.' }),
      requestsPerHour: Type.Number({
        description: 'From this number on, the machine costs less, if it can serve that many.',
      }),
      share: Share('Requests an hour now, of that: above 1 the machine is cheaper.'),
    }),
    { description: 'Rented machines instead of the function, for price plans in dollars.' },
  ),
  reconciliation: Type.Optional(
    Type.Object(
      {
        both: Count('Invocations known from spans or records.'),
        withoutReport: Count('Invocations without a record, in the time that records cover.'),
        withoutSpan: Count('Invocations without a span, in the time that spans cover.'),
        measuredMs: Millis('What handlers took, of those that both tell of.'),
        reportedMs: Millis('What the platform measured of the same.'),
        billedMs: Type.Optional(Millis('What it billed of the same.')),
        billedOtherwise: Count(
          'Records whose billed duration differs from the measured one, rounded up, by more than 1 ms.',
        ),
        beyondHandlerMs: Type.Optional(
          Millis(
            "Billed less the handler's time, mean of a call: runtime, extensions, initialisation, rounding.",
          ),
        ),
      },
      { description: "Against the platform's own records, where they were imported." },
    ),
  ),
  plan: Type.Optional(ShownPlan),
  basis: Basis,
});
