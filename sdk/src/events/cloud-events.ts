import type { RawEvent } from './raw-event.ts';
import type { Source } from './sources.ts';

const TIME = 'cloudevents.time';

/** Prefixes of known event types; Google's events come through Eventarc. */
const TYPES: readonly (readonly [string, Source])[] = [
  ['google.cloud.storage.', ['datasource', 'async', TIME]],
  ['google.cloud.firestore.', ['datasource', 'async', TIME]],
  ['google.firebase.database.', ['datasource', 'async', TIME]],
  ['google.cloud.datastore.', ['datasource', 'async', TIME]],
  ['google.cloud.pubsub.', ['pubsub', 'async', TIME, 'gcp_pubsub']],
  ['google.cloud.scheduler.', ['timer', 'async', TIME]],
  ['google.', ['other', 'async', TIME]],
  ['dev.knative.kafka.', ['pubsub', undefined, TIME, 'kafka']],
  ['dev.knative.sources.ping', ['timer', undefined, TIME]],
  ['com.amazon.sqs.', ['pubsub', undefined, TIME, 'aws_sqs']],
];

/** Suffixes of event types that name the operation on a document. */
const OPERATIONS: readonly (readonly [RegExp, string])[] = [
  [/\.(?:created|finalized)$/, 'insert'],
  [/\.(?:updated|metadataUpdated)$/, 'edit'],
  [/\.deleted$/, 'delete'],
];

// `//pubsub.googleapis.com/projects/p/topics/orders`, Knative's `…/kafkasources/shop#orders`, the ARN of a queue.
const ENTITY = /\/(?:topics|buckets|databases)\/([^/]+)$|#([^#]+)$|^(arn:.+)$/;

/** What is known about a type of CloudEvents. */
export function cloudEventSource(type: unknown): Source {
  const text = typeof type === 'string' ? type : '';
  return TYPES.find(([beginning]) => text.startsWith(beginning))?.[1] ?? ['other', undefined, TIME];
}

/**
 * Records the source and the time of a CloudEvent, for `InvocationFacts.event`. Never throws.
 *
 * @param event an object with the attributes `type`, `source` and `time`, as CloudEvents SDKs create it
 */
export function readCloudEvent(event: unknown): RawEvent {
  let fields: { type?: unknown; source?: unknown; time?: unknown } = {};
  try {
    const { type, source, time } = (event ?? {}) as typeof fields;
    fields = { type, source, time };
  } catch {
    // The event then counts as unknown.
  }
  const { type, source, time } = fields;
  const [, name, fragment, arn] = (typeof source === 'string' && ENTITY.exec(source)) || [];
  return {
    source: 'cloudevents',
    known: cloudEventSource(type),
    piped: false,
    time,
    from: arn,
    count: undefined,
    records: [
      {
        traceparent: undefined,
        tracestate: undefined,
        carrier: undefined,
        time: undefined,
        xray: undefined,
        body: undefined,
        operation: OPERATIONS.find(([pattern]) => typeof type === 'string' && pattern.test(type))?.[1],
        name: name ?? fragment,
      },
    ],
  };
}
