import { Type } from '@fastify/type-provider-typebox';
import { DELETION_KINDS } from '../deletion/index.ts';
import type { Deleter, Listed } from '../deletion/index.ts';
import { CollectorError } from '../errors/errors.ts';
import { Count, ErrorAnswer, isoTime, OneOf, storeErrors, Time } from '../schema/index.ts';
import { ADMIN_ROUTE } from '../security/index.ts';
import type { Api } from './api.ts';

export interface DeletionRouteOptions {
  /** Absent where nothing can be deleted. */
  readonly deleter?: Pick<Deleter, 'list' | 'delete'>;
}

const Deletion = Type.Object(
  {
    kind: OneOf(DELETION_KINDS, 'Kind of the target.'),
    name: Type.String({ description: 'Its name, or the id of a run.' }),
    deleted: Type.Boolean({ description: 'False for a dry run, which deletes nothing.' }),
    spans: Count('Spans.'),
    invocations: Count('Invocations.'),
    goodbyes: Count('Goodbyes: what sandboxes reported when they were stopped.'),
    reports: Count('Lines of the platform’s log.'),
    outcomes: Count('Outcomes of idle sandboxes whose invocations were not recorded.'),
    sums: Count(
      'Rows of summaries of this function alone. Summaries that include others are computed again and not counted.',
    ),
    from: Type.Optional(Time('Start of the first span or invocation; absent if there is none.')),
    to: Type.Optional(Time('Start of the last of them.')),
  },
  { title: 'Deletion', description: 'What was deleted, or would be.' },
);

/** Deletion over HTTP, for clients with an admin token. */
export function deletionRoutes(app: Api, { deleter }: DeletionRouteOptions): void {
  app.route({
    method: 'DELETE',
    url: ADMIN_ROUTE,
    schema: {
      operationId: 'deleteData',
      summary: 'Delete a function, an import or an experiment run, with everything derived from it',
      description:
        'Needs an admin token. Deletes the spans, the invocations and their share of the summaries. For a function or a run, ' +
        'spans about an earlier time that arrive later are deleted too. Spans that arrive meanwhile wait.',
      tags: ['collector'],
      params: Type.Object({
        kind: OneOf(DELETION_KINDS, '`function`, `import` or `run`.'),
        name: Type.String({ minLength: 1, maxLength: 256, description: 'Its name, or the id of a run.' }),
      }),
      querystring: Type.Object(
        { dryRun: Type.Optional(Type.Boolean({ description: 'Only show what would be deleted.' })) },
        { additionalProperties: false },
      ),
      response: {
        200: Deletion,
        401: ErrorAnswer,
        403: ErrorAnswer,
        404: ErrorAnswer,
        501: ErrorAnswer,
        ...storeErrors,
      },
    },
    handler: async ({ params: { kind, name }, query: { dryRun = false } }) => {
      if (deleter === undefined)
        throw new CollectorError('ERR_DELETION', 'nothing can be deleted here', { statusCode: 501 });
      const target = { kind, name };
      const listed = dryRun ? await deleter.list(target) : await deleter.delete(target);
      return { kind, name, deleted: !dryRun, ...shown(listed) };
    },
  });
}

function shown({ fromMs, toMs, ...counts }: Listed) {
  return {
    ...counts,
    ...(fromMs !== undefined && { from: isoTime(fromMs) }),
    ...(toMs !== undefined && { to: isoTime(toMs) }),
  };
}
