import { MAX_RECORDS } from '../events/raw-event.ts';
import type { RawEvent, RawRecord } from '../events/raw-event.ts';
import type { Source } from '../events/sources.ts';

const QUEUE = 'queue.insertionTime';
const SERVICE_BUS = 'servicebus.enqueuedTimeUtc';

/**
 * Types of triggers, in lower case. The host reads queues, streams and change feeds; Event Grid calls the host. A blob
 * trigger may work either way.
 */
const TYPES: Record<string, Source> = {
  httptrigger: ['http', 'sync'],
  timertrigger: ['timer', 'async'],
  queuetrigger: ['pubsub', 'poll', QUEUE],
  servicebustrigger: ['pubsub', 'poll', SERVICE_BUS, 'servicebus'],
  eventhubtrigger: ['pubsub', 'poll', undefined, 'eventhubs'],
  eventgridtrigger: ['pubsub', 'async', undefined, 'eventgrid'],
  kafkatrigger: ['pubsub', 'poll', undefined, 'kafka'],
  blobtrigger: ['datasource'],
  cosmosdbtrigger: ['datasource', 'poll'],
  sqltrigger: ['datasource', 'poll'],
  mysqltrigger: ['datasource', 'poll'],
};

/** The trigger options that are used. */
export interface AzureTrigger {
  readonly type?: unknown;
  readonly queueName?: unknown;
  readonly topicName?: unknown;
  readonly topic?: unknown;
  readonly eventHubName?: unknown;
}

/** What is known about a type of trigger. */
export function azureSource(type: unknown): Source {
  const name = typeof type === 'string' ? type.toLowerCase() : '';
  return (Object.hasOwn(TYPES, name) && TYPES[name]) || ['other'];
}

/**
 * Records what the host says about an event, for `InvocationFacts.event`. Queue Storage and Service Bus supply times;
 * for a batch of the latter, the host lists them.
 *
 * @param trigger options of the function's trigger
 * @param metadata `triggerMetadata` of the invocation
 */
export function readAzureEvent(trigger: AzureTrigger | undefined, metadata: unknown): RawEvent {
  const { type, queueName, topicName, topic, eventHubName } = trigger ?? {};
  const { insertionTime, enqueuedTimeUtc, enqueuedTimeUtcArray } = (metadata ?? {}) as Record<
    string,
    unknown
  >;
  const known = azureSource(type);
  const times: unknown = known[2] === QUEUE ? insertionTime : (enqueuedTimeUtcArray ?? enqueuedTimeUtc);
  const name = queueName ?? topicName ?? topic ?? eventHubName;
  // `%name%` refers to a setting of the app.
  const plain = typeof name === 'string' && !name.includes('%') ? name : undefined;
  const list: readonly unknown[] = Array.isArray(times) ? times.slice(0, MAX_RECORDS) : [times];
  return {
    source: 'azure',
    known,
    piped: false,
    time: undefined,
    from: undefined,
    count: Array.isArray(times) ? times.length : undefined,
    records: list.map((time) => record(time, plain)),
  };
}

function record(time: unknown, name: string | undefined): RawRecord {
  return {
    traceparent: undefined,
    tracestate: undefined,
    carrier: undefined,
    time,
    name,
    operation: undefined,
    xray: undefined,
    body: undefined,
  };
}
