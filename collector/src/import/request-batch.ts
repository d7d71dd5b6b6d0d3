import { ATTR_IMPORT_FORMAT, ATTR_IMPORT_NAME, SCOPE_IMPORT } from '@sandscope/probes/semconv';
import type { ImportedResource, ImportedSpan } from './imported-span.ts';
import { attributesJson, spanJson } from './imported-span.ts';

/** One OTLP request. */
export interface ImportRequest {
  readonly body: Buffer;
  readonly contentType: 'application/json' | 'application/x-protobuf';
  readonly spans: number;
}

const MAX_SPANS = 2000;
const MAX_CHARS = 4 * 1024 ** 2;
const SCOPE = JSON.stringify({ name: SCOPE_IMPORT });

/** Collects spans into requests. The same spans in the same order give the same requests. */
export class RequestBatch {
  readonly #origin: readonly object[];
  readonly #spans = new Map<ImportedResource, string[]>();
  #count = 0;
  #chars = 0;

  constructor(origin: { readonly name: string; readonly format: string }) {
    this.#origin = originJson(origin);
  }

  /** @returns a request once enough spans are collected */
  add(span: ImportedSpan): ImportRequest | undefined {
    const json = spanJson(span);
    const known = this.#spans.get(span.resource);
    if (known === undefined) this.#spans.set(span.resource, [json]);
    else known.push(json);
    this.#count++;
    this.#chars += json.length;
    return this.#count >= MAX_SPANS || this.#chars >= MAX_CHARS ? this.take() : undefined;
  }

  /** The spans collected so far as a request; undefined if there are none. */
  take(): ImportRequest | undefined {
    if (this.#count === 0) return undefined;
    const resources = [...this.#spans].map(([{ attributes }, spans]) => {
      const resource = JSON.stringify({ attributes: [...attributesJson(attributes), ...this.#origin] });
      return `{"resource":${resource},"scopeSpans":[{"scope":${SCOPE},"spans":[${spans.join(',')}]}]}`;
    });
    const body = Buffer.from(`{"resourceSpans":[${resources.join(',')}]}`);
    const spans = this.#count;
    this.#spans.clear();
    this.#count = 0;
    this.#chars = 0;
    return { body, contentType: 'application/json', spans };
  }
}

/** Attributes added to every resource of an import, in OTLP/JSON. */
export function originJson({ name, format }: { readonly name: string; readonly format: string }): object[] {
  return attributesJson({ [ATTR_IMPORT_NAME]: name, [ATTR_IMPORT_FORMAT]: format });
}
