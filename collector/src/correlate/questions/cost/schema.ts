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
        total: Estimate('A million calls, in the currency of the plan.'),
        requests: Money('Of it, for the requests themselves.'),
        time: Money('Of it, for time, memory and CPU.'),
      },
      { description: 'Absent without a plan, or if the plan needs a value that is unknown.' },
    ),
  ),
  perMonth: Type.Optional(Estimate('30 days at the rate of the range, in the currency of the plan.')),
  efficiency: Type.Object(
    {
      time: Type.Optional(Share('Time the handler ran of the time that is billed.')),
      cpu: Type.Optional(Share('CPU time of the process of the CPU time that is billed.')),
      memory: Type.Optional(Share('Memory · time that was used (highest RSS) of what is billed.')),
    },
    { description: 'Share of what is billed that was used.' },
  ),
  initialisationShare: Type.Optional(
    Share('Share of billed time that goes on initialisation, where the plan bills that.'),
  ),
  egressGbPerMillion: Type.Optional(
    Type.Number({
      description:
        'GB (2³⁰ bytes) sent on all interfaces by a million calls. Not priced: most plans ask where to.',
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
      machine: Type.String({ description: 'Short name of it.' }),
      title: Type.String({ description: 'For people.' }),
      perHour: Type.Number({ description: 'Dollars an hour.' }),
      date: Type.String({ description: 'Of its price.' }),
      source: Type.String({ description: 'Of its price.' }),
      requestsPerHour: Type.Number({
        description: 'From so many on, the machine costs less, if it can serve them.',
      }),
      share: Share('Requests an hour now, of that: above 1 the machine is cheaper.'),
    }),
    { description: 'Rented machines in place of the function; for plans in dollars.' },
  ),
  reconciliation: Type.Optional(
    Type.Object(
      {
        both: Count('Invocations that spans and records tell of.'),
        withoutReport: Count('Of the time in which records tell of the function: invocations without one.'),
        withoutSpan: Count('Of the time in which spans tell of it: invocations without a span.'),
        measuredMs: Millis('What handlers took, of those that both tell of.'),
        reportedMs: Millis('What the platform measured of the same.'),
        billedMs: Type.Optional(Millis('What it billed of the same.')),
        billedOtherwise: Count(
          'Records whose billed duration is not what they measured, rounded up, within 1 ms.',
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
