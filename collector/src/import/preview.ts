import { Faults } from './faults.ts';
import type { ImportedSpan, Value } from './imported-span.ts';
import { openFile } from './input/open-file.ts';
import { otherFormat } from './other-format.ts';
import type { ImportOptions } from './run-import.ts';

/** The beginning of an import. */
export interface Preview {
  /** The first spans in readable form; for formats with whole requests, the number of spans in those. */
  readonly shown: readonly string[];
  readonly faults: Faults;
}

/**
 * The first rows of an import as the reader interprets them. Nothing is sent.
 *
 * @throws {CollectorError} `ERR_IMPORT_FORMAT`, `ERR_IMPORT_INPUT`, `ERR_OPTION`
 */
export async function previewImport(options: Omit<ImportOptions, 'sink'>, most: number): Promise<Preview> {
  const { format, sources, settings, name, notice } = options;
  const faults = new Faults();
  const reader = format.reader({ settings, faults, notice, origin: { name, format: format.name } });
  const shown: string[] = [];
  for (const source of sources) {
    const file = await openFile(source, () => undefined);
    if (!format.recognises(file.beginning)) throw otherFormat(source, format, file.beginning);
    for await (const portion of reader.read(file)) {
      for (const found of portion) {
        shown.push('body' in found ? `a request of ${found.spans} spans` : describeSpan(found));
        if (shown.length >= most) return { shown, faults };
      }
    }
  }
  for (const found of reader.finish?.() ?? []) {
    if (shown.length < most && !('body' in found)) shown.push(describeSpan(found));
  }
  return { shown, faults };
}

function describeSpan({
  name,
  startUnixNano,
  endUnixNano,
  hasFailed,
  resource,
  attributes,
}: ImportedSpan): string {
  const said = Object.entries({ ...resource.attributes, ...attributes }).filter(
    ([, value]) => value !== undefined,
  );
  const lines = [
    ['name', name],
    ['start', timeText(startUnixNano)],
    ['duration', `${Number(endUnixNano - startUnixNano) / 1e6} ms`],
    ['failed', hasFailed ? 'yes' : 'no'],
    ...said.map(([key, value]) => [key, valueText(value)]),
  ];
  return lines.map(([key = '', value = '']) => `  ${key.padEnd(32)}${value}`).join('\n');
}

function valueText(value: Value): string {
  if (typeof value === 'string') return JSON.stringify(value);
  return typeof value === 'object' ? String(value.double) : String(value);
}

/** RFC 3339 with nine decimals. */
function timeText(unixNano: bigint): string {
  const millis = Number(unixNano / 1_000_000n);
  if (Math.abs(millis) > 8.64e15) return String(unixNano);
  const nanos = String(unixNano % 1_000_000_000n).padStart(9, '0');
  return new Date(millis).toISOString().replace(/\.\d+Z$/, `.${nanos}Z`);
}
