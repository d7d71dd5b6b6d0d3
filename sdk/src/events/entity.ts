import type { RawEvent } from './raw-event.ts';

const MAX_NAME = 256;

// The resource part of an ARN, without a type (`stream/`, `table/`) before it.
const ARN = /^arn:[^:]*:(?:sqs|sns|kinesis|firehose|dynamodb):[^:]*:[^:]*:(?:[a-z]+\/)?([^:/]+)/;

const OPERATIONS: readonly (readonly [RegExp, string])[] = [
  [/^(?:insert$|ObjectCreated:)/i, 'insert'],
  [/^(?:(?:modify|update|replace|edit)$|Object(?:Tagging|Acl):)/i, 'edit'],
  [/^(?:(?:remove|delete)$|ObjectRemoved:|LifecycleExpiration:)/i, 'delete'],
];

/** Name of the queue, topic, stream, table, bucket or database; undefined when records differ in it. */
export function entityName({ records, from }: RawEvent): string | undefined {
  const common = records[0]?.name;
  if (records.some(({ name }) => name !== common)) return undefined;
  const text = common ?? from;
  if (typeof text !== 'string') return undefined;
  // RabbitMQ names the queue together with its virtual host: `orders::/`.
  const name = ARN.exec(text)?.[1] ?? (common === undefined ? '' : text.split('::', 1)[0]);
  return name && name.length <= MAX_NAME ? name : undefined;
}

/** The operation on a document (`insert`, `edit` or `delete`), if it is known and the same for all records. */
export function documentOperation({ records, count }: RawEvent): string | undefined {
  const operations = records.map(
    ({ operation }) =>
      typeof operation === 'string' && OPERATIONS.find(([pattern]) => pattern.test(operation))?.[1],
  );
  return (
    (operations.length === (count ?? 1) &&
      operations.every((one) => one === operations[0]) &&
      operations[0]) ||
    undefined
  );
}
