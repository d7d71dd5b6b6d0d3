import * as semconv from '@sandscope/probes/semconv';
import { cloudEventSource } from '../events/cloud-events.ts';
import type { Attributes } from '../span/span.ts';
import type { Trigger } from '../invocation/trigger.ts';
import { shortText } from './request-facts.ts';

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
  return cloudEventSource((event as { type?: unknown } | null | undefined)?.type)[0];
}
