import * as semconv from '@sandscope/probes/semconv';
import { guarded } from '../fence/report.ts';
import type { Attributes, SpanLink } from '../otlp/span.ts';
import { linkTo } from '../trace/trace-context.ts';
import type { InvocationContext } from '../trace/trace-context.ts';
import type { Trigger } from './trigger.ts';
import { documentOperation, entityName } from './entity.ts';
import { delayMs } from './event-time.ts';
import { bodyBudget, messageContext } from './message-context.ts';
import type { RawEvent } from './raw-event.ts';
import { sourceOf } from './sources.ts';
import type { Source } from './sources.ts';

const MAX_LINKS = 32;

/** Facts about an invocation from the event that triggered it. */
export interface EventFacts {
  readonly attributes: Attributes;
  /** The context's own links, then the spans that sent the messages: each once, 32 at most. */
  readonly links: readonly SpanLink[];
  /** Number of links left out. If the records that were read have links, each unread record counts as one. */
  readonly droppedLinks: number;
}

/** Input of `describeEvent`. */
export interface EventStart {
  /** The trigger as the platform's adapter reports it; takes precedence. */
  readonly trigger?: Trigger | undefined;
  readonly event?: RawEvent | undefined;
  /** Start of the invocation. */
  readonly unixMs: number;
  readonly context: InvocationContext;
}

/** Turns a recorded event into attributes and links. Called after the response. Never throws. */
export function describeEvent(start: EventStart): EventFacts {
  const { event, unixMs } = start;
  const source = event?.known ?? sourceOf(sourceName(event));
  const trigger = start.trigger ?? (isScheduled(event) ? 'timer' : source[0]);
  const attributes: Attributes = {
    [semconv.ATTR_FAAS_TRIGGER]: trigger,
    [semconv.ATTR_INVOCATION_MODE]: modeOf(event, source, trigger),
  };
  if (event !== undefined) {
    addDelay(attributes, event, source, unixMs);
    if (trigger === 'pubsub') addMessages(attributes, event, source);
    if (trigger === 'datasource') addDocuments(attributes, event);
  }
  const { links, droppedLinks } = linksOf(start);
  return { attributes, links, droppedLinks };
}

function sourceName(event: RawEvent | undefined): string | undefined {
  // The last event of a time window has no records that name its source, but it has the ARN.
  return (
    event?.source ?? (typeof event?.from === 'string' ? `aws:${event.from.split(':', 3)[2]}` : undefined)
  );
}

function isScheduled(event: RawEvent | undefined): boolean {
  return (
    event?.source === 'eventbridge' && (event.from === 'Scheduled Event' || event.from === 'aws.scheduler')
  );
}

function modeOf(
  event: RawEvent | undefined,
  source: Source,
  trigger: Trigger,
): semconv.InvocationMode | undefined {
  // A caller that waits for an HTTP answer waits for the function.
  if (event === undefined) return trigger === 'http' ? 'sync' : undefined;
  // EventBridge Pipes invoke either way.
  if (event.piped) return undefined;
  if (event.source !== 'aws:ses') return source[1];
  const invocationType = event.records[0]?.operation;
  return invocationType === 'Event' ? 'async' : invocationType === 'RequestResponse' ? 'sync' : undefined;
}

function addDelay(attributes: Attributes, event: RawEvent, source: Source, startUnixMs: number): void {
  const time = source[2];
  if (time === undefined) return;
  const delay = delayMs([event.time, ...event.records.map((record) => record.time)], startUnixMs);
  if (delay === undefined) return;
  attributes[semconv.ATTR_TRIGGER_DELAY_MS] = delay;
  attributes[semconv.ATTR_TRIGGER_DELAY_SOURCE] = time;
}

function addMessages(attributes: Attributes, event: RawEvent, source: Source): void {
  const { count } = event;
  if (source[3] !== undefined) {
    attributes[semconv.ATTR_MESSAGING_SYSTEM] = source[3];
    attributes[semconv.ATTR_MESSAGING_OPERATION_TYPE] = 'process';
  }
  attributes[semconv.ATTR_MESSAGING_DESTINATION_NAME] = entityName(event);
  // SNS delivers its messages one by one.
  if (Number.isSafeInteger(count) && event.source !== 'aws:sns')
    attributes[semconv.ATTR_MESSAGING_BATCH_MESSAGE_COUNT] = count;
}

function addDocuments(attributes: Attributes, event: RawEvent): void {
  attributes[semconv.ATTR_FAAS_DOCUMENT_COLLECTION] = entityName(event);
  attributes[semconv.ATTR_FAAS_DOCUMENT_OPERATION] = documentOperation(event);
}

function linksOf({ event, context }: EventStart): Pick<EventFacts, 'links' | 'droppedLinks'> {
  if (event === undefined || event.records.length === 0) return { links: context.links, droppedLinks: 0 };
  const found = [...context.links];
  const { parent } = context;
  const seen = new Set([parent, ...found].map(key));
  const budget = bodyBudget();
  let dropped = 0;
  for (const record of event.records) {
    const link = guarded('reading a message', () =>
      linkTo(messageContext(record, event.source === 'aws:kinesis', budget)),
    );
    if (link === undefined || seen.has(key(link))) continue;
    seen.add(key(link));
    if (found.length < MAX_LINKS) found.push(link);
    else dropped += 1;
  }
  const unread = (event.count ?? 0) - event.records.length;
  return {
    links: found,
    droppedLinks: found.length > context.links.length && unread > 0 ? dropped + unread : dropped,
  };
}

function key(span: { readonly traceId: string; readonly spanId?: string } | undefined): string {
  return `${span?.traceId}-${span?.spanId}`;
}
