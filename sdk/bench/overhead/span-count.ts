const RESOURCE_SPANS = 1;
const SCOPE_SPANS = 2;
const SPANS = 2;
const LENGTH_DELIMITED = 2;

/**
 * The number of spans in an OTLP trace request.
 *
 * @param contentType `application/json` or `application/x-protobuf`
 * @throws {Error} if the body cannot be read
 */
export function countSpans(body: Buffer, contentType: string): number {
  if (contentType.startsWith('application/json'))
    return countInJson(JSON.parse(body.toString()) as JsonRequest);
  const resources = fieldsOf(body, RESOURCE_SPANS);
  return resources.flatMap((one) => fieldsOf(one, SCOPE_SPANS)).flatMap((one) => fieldsOf(one, SPANS)).length;
}

interface JsonRequest {
  readonly resourceSpans?: readonly {
    readonly scopeSpans?: readonly { readonly spans?: readonly unknown[] }[];
  }[];
}

function countInJson({ resourceSpans = [] }: JsonRequest): number {
  let count = 0;
  for (const { scopeSpans = [] } of resourceSpans)
    for (const { spans = [] } of scopeSpans) count += spans.length;
  return count;
}

/** The contents of all length-delimited fields with one number in a protobuf message. */
function fieldsOf(message: Buffer, wanted: number): Buffer[] {
  const found: Buffer[] = [];
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = message[at++];
      if (byte === undefined) throw new Error('the protobuf message ends too early');
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  };
  while (at < message.length) {
    const tag = varint();
    const wireType = tag & 7;
    if (wireType === LENGTH_DELIMITED) {
      const length = varint();
      if (tag >>> 3 === wanted) found.push(message.subarray(at, at + length));
      at += length;
    } else if (wireType === 0) varint();
    else at += wireType === 1 ? 8 : 4;
  }
  return found;
}
