type Kind = 'number' | 'string';
type Fields = Readonly<Record<string, Kind | `${Kind}?`>>;
type Value<K> = K extends `number${string}` ? number : string;
type Input<F extends Fields> = {
  readonly [N in keyof F as F[N] extends Kind ? N : never]: Value<F[N]>;
} & { readonly [N in keyof F as F[N] extends Kind ? never : N]?: Value<F[N]> };

/** The caller sent invalid input. */
export class InputError extends Error {
  override readonly name = 'InputError';
}

interface UrlEvent {
  readonly requestContext: unknown;
  readonly body?: string;
  readonly isBase64Encoded?: boolean;
  readonly queryStringParameters?: Readonly<Record<string, string>>;
}

function isUrlEvent(event: object): event is UrlEvent {
  return 'requestContext' in event;
}

function fieldsOf(event: unknown): Readonly<Record<string, unknown>> {
  if (typeof event !== 'object' || event === null) throw new InputError('the event is not a JSON object');
  if (!isUrlEvent(event)) return event as Record<string, unknown>;
  if (event.body === undefined) return event.queryStringParameters ?? {};
  const text = event.isBase64Encoded ? Buffer.from(event.body, 'base64').toString() : event.body;
  try {
    return { ...event.queryStringParameters, ...(JSON.parse(text) as Record<string, unknown>) };
  } catch {
    throw new InputError('the body is not JSON');
  }
}

/**
 * Reads named fields from an event: from the event itself, or from the query and the JSON body if the function was
 * called through its URL. A type that ends in `?` may be absent.
 *
 * @throws {InputError} naming the field that is missing or of another type
 */
export function readInput<const F extends Fields>(event: unknown, fields: F): Input<F> {
  const given = fieldsOf(event);
  const input: Record<string, unknown> = {};
  for (const [name, kind] of Object.entries(fields)) {
    const value = given[name];
    if (value === undefined && kind.endsWith('?')) continue;
    const wanted = kind.replace('?', '');
    // A query contains only strings.
    const read = wanted === 'number' && typeof value === 'string' && value !== '' ? Number(value) : value;
    if (typeof read !== wanted || Number.isNaN(read))
      throw new InputError(`${name} must be a ${wanted}, not ${JSON.stringify(value) ?? 'absent'}`);
    input[name] = read;
  }
  return input as Input<F>;
}
