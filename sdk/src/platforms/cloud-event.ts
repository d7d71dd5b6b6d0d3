import * as semconv from '@sandscope/probes/semconv';
import type { Attributes } from '../span.ts';
import type { Trigger } from '../trigger.ts';
import { shortText } from './request-facts.ts';

/** Beginnings of event types whose trigger is known; everything else is `other`. */
const TRIGGERS: readonly (readonly [string, Trigger])[] = [
  ['google.cloud.storage.', 'datasource'],
  ['google.cloud.firestore.', 'datasource'],
  ['google.firebase.database.', 'datasource'],
  ['google.cloud.datastore.', 'datasource'],
  ['google.cloud.pubsub.', 'pubsub'],
  ['google.cloud.scheduler.', 'timer'],
  ['dev.knative.kafka.', 'pubsub'],
  ['dev.knative.sources.ping', 'timer'],
  ['com.amazon.sqs.', 'pubsub'],
];

/** What a CloudEvent says of itself; empty when it is none. */
export function cloudEventAttributes(event: unknown): Attributes {
  const { id, source, type } = (event ?? {}) as Record<string, unknown>;
  return {
    [semconv.ATTR_CLOUDEVENTS_EVENT_ID]: shortText(id),
    [semconv.ATTR_CLOUDEVENTS_EVENT_SOURCE]: shortText(source),
    [semconv.ATTR_CLOUDEVENTS_EVENT_TYPE]: shortText(type),
  };
}

/** What set the function off, from the type of the event. */
export function cloudEventTrigger(event: unknown): Trigger {
  const type = shortText((event as { type?: unknown } | null | undefined)?.type) ?? '';
  return TRIGGERS.find(([beginning]) => type.startsWith(beginning))?.[1] ?? 'other';
}
