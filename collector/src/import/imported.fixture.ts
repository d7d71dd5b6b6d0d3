import { fileURLToPath } from 'node:url';
import { Settings } from '../config/index.ts';
import { findFiles, FORMATS, runImport } from './index.ts';
import type { ImportSummary } from './index.ts';

/** Recorded and synthetic files for testing the formats. */
export const fixture = (path: string): string =>
  fileURLToPath(new URL(`../../../test/fixtures/import/${path}`, import.meta.url));

export interface ImportedFixtureSpan {
  readonly resource: Readonly<Record<string, unknown>>;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly startMs: number;
  readonly durationMs: number;
  readonly status?: { readonly code?: number };
}

export interface ImportedFixture {
  /** The requests that were sent. */
  readonly spans: readonly ImportedFixtureSpan[];
  readonly summary: ImportSummary;
  readonly notices: readonly string[];
  /** All output as one text. */
  readonly sent: string;
}

interface OtlpAttribute {
  readonly key: string;
  readonly value: {
    readonly stringValue?: string;
    readonly intValue?: string;
    readonly doubleValue?: number;
    readonly boolValue?: boolean;
  };
}

interface OtlpRequest {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly OtlpAttribute[] };
    readonly scopeSpans: readonly {
      readonly spans: readonly (Omit<
        ImportedFixtureSpan,
        'attributes' | 'startMs' | 'durationMs' | 'resource'
      > & {
        readonly attributes?: readonly OtlpAttribute[];
        readonly startTimeUnixNano: string;
        readonly endTimeUnixNano: string;
      })[];
    }[];
  }[];
}

/** Imports files and keeps the requests instead of sending them. */
export async function imported(
  formatName: string,
  paths: readonly string[],
  values: Readonly<Record<string, string | boolean>> = {},
): Promise<ImportedFixture> {
  const format = FORMATS.find(({ name }) => name === formatName);
  if (format === undefined) throw new Error(`there is no format ${formatName}`);
  const bodies: string[] = [];
  const notices: string[] = [];
  const summary = await runImport({
    format,
    sources: await findFiles(paths),
    name: 'test',
    settings: new Settings(values, {}),
    notice: (message) => void notices.push(message),
    sink: {
      where: 'the test',
      send: async ({ body }) => {
        bodies.push(body.toString());
        return { rejected: 0, message: '' };
      },
      close: async () => undefined,
    },
  });
  return {
    spans: bodies.flatMap((body) => spansOf(JSON.parse(body) as OtlpRequest)),
    summary,
    notices,
    sent: bodies.join('\n'),
  };
}

function spansOf({ resourceSpans }: OtlpRequest): ImportedFixtureSpan[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) =>
      spans.map(({ attributes = [], startTimeUnixNano, endTimeUnixNano, ...span }) => ({
        ...span,
        resource: plain(resource.attributes),
        attributes: plain(attributes),
        startMs: Number(BigInt(startTimeUnixNano) / 1000n) / 1000,
        durationMs: Number(BigInt(endTimeUnixNano) - BigInt(startTimeUnixNano)) / 1e6,
      })),
    ),
  );
}

function plain(attributes: readonly OtlpAttribute[]): Record<string, unknown> {
  return Object.fromEntries(
    attributes.map(({ key, value: { stringValue, intValue, doubleValue, boolValue } }) => [
      key,
      stringValue ?? (intValue === undefined ? undefined : Number(intValue)) ?? doubleValue ?? boolValue,
    ]),
  );
}
