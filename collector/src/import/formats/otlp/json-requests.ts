import { originJson } from '../../request-batch.ts';
import type { ImportRequest } from '../../request-batch.ts';

/** One element of `resourceSpans`. Other members are passed through unchanged. */
interface ResourceSpans {
  readonly resource?: { readonly attributes?: unknown };
  readonly scopeSpans?: unknown;
}

interface ScopeSpans {
  readonly spans?: unknown;
}

const MAX_SPANS = 2000;
const MAX_CHARS = 4 * 1024 ** 2;

/** Splits one element of `resourceSpans` into requests of limited size; undefined for any other value. */
export function jsonRequests(
  value: unknown,
  origin: { readonly name: string; readonly format: string },
): ImportRequest[] | undefined {
  if (!isObject(value)) return undefined;
  const { resource = {}, scopeSpans, ...rest } = value as ResourceSpans;
  if (!Array.isArray(scopeSpans) || !isObject(resource)) return undefined;
  const attributes = Array.isArray(resource.attributes) ? (resource.attributes as unknown[]) : [];
  const own = JSON.stringify({ ...resource, attributes: [...attributes, ...originJson(origin)] });
  const head = `{"resourceSpans":[{"resource":${own},${members(rest)}"scopeSpans":[`;
  return portions(scopeSpans).map(({ scopes, spans }) => ({
    body: Buffer.from(`${head}${scopes.join(',')}]}]}`),
    contentType: 'application/json',
    spans,
  }));
}

interface Portion {
  readonly scopes: string[];
  spans: number;
  chars: number;
}

function portions(scopeSpans: readonly unknown[]): Portion[] {
  const found: Portion[] = [];
  let open: Portion = { scopes: [], spans: 0, chars: 0 };
  const close = (): void => {
    if (open.spans > 0) found.push(open);
    open = { scopes: [], spans: 0, chars: 0 };
  };
  for (const scope of scopeSpans) {
    if (!isObject(scope)) continue;
    const { spans, ...rest } = scope as ScopeSpans;
    if (!Array.isArray(spans)) continue;
    const head = `{${members(rest)}"spans":[`;
    let texts: string[] = [];
    const flush = (): void => {
      if (texts.length > 0) open.scopes.push(`${head}${texts.join(',')}]}`);
      texts = [];
    };
    for (const span of spans as readonly unknown[]) {
      const text = JSON.stringify(span);
      texts.push(text);
      open.spans++;
      open.chars += text.length;
      if (open.spans < MAX_SPANS && open.chars < MAX_CHARS) continue;
      flush();
      close();
    }
    flush();
  }
  close();
  return found;
}

/** Members of an object, each followed by a comma. */
function members(object: object): string {
  const text = JSON.stringify(object).slice(1, -1);
  return text === '' ? '' : `${text},`;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
