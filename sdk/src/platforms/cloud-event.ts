import * as semconv from '@sandscope/probes/semconv';
import { cloudEventSource } from '../events/cloud-events.ts';
import type { Attributes } from '../otlp/span.ts';
import type { Trigger } from '../events/trigger.ts';
import { shortText } from './request-facts.ts';

/** The facts of a CloudEvent; empty if it is not one. */
export function cloudEventAttributes(event: unknown): Attributes {
  const { id, source, type } = (event ?? {}) as Record<string, unknown>;
  return {
    [semconv.ATTR_CLOUDEVENTS_EVENT_ID]: shortText(id),
    [semconv.ATTR_CLOUDEVENTS_EVENT_SOURCE]: shortText(source),
    [semconv.ATTR_CLOUDEVENTS_EVENT_TYPE]: shortText(type),
  };
}

/** The trigger of the function, from the type of the event. */
export function cloudEventTrigger(event: unknown): Trigger {
  return cloudEventSource((event as { type?: unknown } | null | undefined)?.type)[0];
}
