import { Type } from '@fastify/type-provider-typebox';
import { Count, limit, Millis } from '../../../schema/index.ts';
import { reconcile } from '../../reports/index.ts';
import type { Reconciliation } from '../../reports/index.ts';
import { SLACK_MS } from '../../reports/reconcile.ts';
import { defineQuestion } from '../question.ts';

const DEFAULT_FUNCTIONS = 100;

const Reconciled = Type.Object({
  function: Type.String({ description: 'Its name.' }),
  both: Count('Invocations known from spans or the log of the platform.'),
  withoutReport: Count('Invocations missing from the log, in the time that the log covers.'),
  withoutSpan: Count('Invocations without a span, in the time that spans cover.'),
  measuredMs: Millis('Total handler time of the invocations that both report.'),
  reportedMs: Millis('Total duration of the same invocations, as the platform measured it.'),
  billedMs: Type.Optional(Millis('Total billed time of the same invocations. Absent if no line has it.')),
  measuredLonger: Count(
    `Invocations whose handler took longer than the duration that the platform measured, by more than ${SLACK_MS} ms.`,
  ),
  billedOtherwise: Count(
    `Lines whose billed duration differs by more than ${SLACK_MS} ms from the duration in whole ms, with or without initialisation.`,
  ),
});

/** Measured against billed durations, and what each side is missing. */
export const billing = defineQuestion({
  name: 'billing',
  operationId: 'getBilling',
  summary: 'Measured durations compared with the billed ones in the log of the platform',
  description:
    'For functions whose log was imported (sandscope import cloudwatch). A span and a REPORT line of the same request are one invocation.',
  tag: 'cost',
  asked: { limit: limit(DEFAULT_FUNCTIONS, 1000) },
  answer: { functions: Type.Array(Reconciled) },
  list: 'functions',
  ask: async ({ store, scope, parameters }) => {
    const most = parameters.limit ?? DEFAULT_FUNCTIONS;
    const found = await reconcile(store, scope, most + 1);
    const functions = found.slice(0, most).map((one) => shown(one));
    return { scope, truncated: found.length > most, body: { functions } };
  },
});

function shown({ billedMs, ...told }: Reconciliation) {
  return { ...told, ...(billedMs !== undefined && { billedMs }) };
}
