import { Type } from '@fastify/type-provider-typebox';
import { Count, ErrorAnswer, OneOf } from '../schema/index.ts';
import type { Api, QueryApiOptions } from './api.ts';

const Status = Type.Object(
  {
    ready: Type.Boolean({ description: 'Spans can be both received and queried.' }),
    engine: Type.Object(
      {
        state: OneOf(
          ['starting', 'ready', 'restarting', 'external'],
          'external: a ClickHouse of the operator’s.',
        ),
        restarts: Count('Crashes and hangs it recovered from.'),
        residentBytes: Type.Optional(Count('Memory of the embedded engine.')),
      },
      { description: 'The database engine.' },
    ),
    inbox: Type.Object(
      {
        pendingRequests: Count('Acknowledged, not yet stored. 0: every acknowledged span can be queried.'),
        pendingBytes: Count('Their size.'),
        oldestAgeMs: Type.Optional(Type.Number({ description: 'Age of the oldest of them. Milliseconds.' })),
        bytes: Type.Optional(Count('All requests kept, including those that only wait for a forwarder.')),
        maxBytes: Type.Optional(Count('Limit of their size.')),
        freeDiskBytes: Type.Optional(Count('Free space on the file system of the inbox.')),
        acceptedRequests: Count('Since the start.'),
        acceptedSpans: Count('Since the start.'),
        refusedRequests: Count('Since the start.'),
      },
      { description: 'Requests that are on disk and not yet stored or forwarded.' },
    ),
    querier: Type.Object(
      {
        state: OneOf(['starting', 'ready', 'restarting'], 'The process that answers questions.'),
        restarts: Count('Crashes and hangs it recovered from.'),
        running: Count('Questions being answered.'),
        waiting: Count('Questions that wait for them.'),
        refused: Count('Questions refused since the start because too many were waiting.'),
      },
      { description: 'The process that answers questions.' },
    ),
    store: Type.Object(
      {
        insertedSpans: Count('Since the start.'),
        retries: Count('Since the start.'),
        stalledMs: Type.Optional(
          Type.Number({ description: 'Time since a waiting request was last stored, milliseconds.' }),
        ),
        parkedRequests: Count('Rejected permanently by the store, and kept as dead letters.'),
        lastError: Type.Optional(
          Type.String({ description: 'Why the last attempt failed; absent if it did not.' }),
        ),
      },
      { description: 'Transfer from the inbox into the engine.' },
    ),
    forwarders: Type.Array(
      Type.Object({
        url: Type.String({ description: 'Address of the target, without secrets.' }),
        pendingRequests: Count('Not yet sent.'),
        pendingBytes: Count('Their size.'),
        oldestAgeMs: Type.Optional(Type.Number({ description: 'Age of the oldest of them. Milliseconds.' })),
        forwardedRequests: Count('Since the start.'),
        retries: Count('Since the start.'),
        rejectedSpans: Count('Spans it rejected in requests it accepted (partial success).'),
        parkedRequests: Count('Rejected permanently by the target, and kept as dead letters.'),
        droppedRequests: Count(
          'Requests lost for this target since the start because the inbox or its dead letters were full.',
        ),
        lastError: Type.Optional(
          Type.String({ description: 'Why the last attempt failed; absent if it did not.' }),
        ),
      }),
      { description: 'Endpoints that spans are forwarded to.' },
    ),
  },
  { title: 'Status' },
);

/** `GET /api/v1/status`: the collector's own state. Answers even while the engine is down. */
export function statusRoutes(app: Api, options: Pick<QueryApiOptions, 'status'>): void {
  app.route({
    method: 'GET',
    url: '/api/v1/status',
    schema: {
      operationId: 'getStatus',
      summary: 'Status of the collector itself',
      tags: ['collector'],
      querystring: Type.Object({}, { additionalProperties: false }),
      response: { 200: Status, 400: ErrorAnswer, 500: ErrorAnswer },
    },
    handler: async () => {
      const status = await options.status();
      return { ...status, forwarders: [...status.forwarders] };
    },
  });
}
