/** Recorded bytes of exporters in other languages (`test/interop/record-otlp.ts`), read back as protobuf reads them. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { flat, traceIds, type Spans } from '../support/otlp-json.ts';
import { sharedCollector } from '../support/shared-collector.ts';
import { getJson } from '../support/stack.ts';

const fixtures = new URL('../fixtures/otlp/', import.meta.url);
const names = readdirSync(fixtures).flatMap((file) => (file.endsWith('.bin') ? [file.slice(0, -4)] : []));

describe('recorded exporters', () => {
  const collector = sharedCollector();

  it.each(names)('%s', async (name) => {
    const description = readFileSync(new URL(`${name}.json`, fixtures), 'utf8');
    const { headers, expected } = JSON.parse(description) as {
      headers: Record<string, string>;
      expected: Spans;
    };
    const body = readFileSync(new URL(`${name}.bin`, fixtures));
    const response = await fetch(`${collector().url}/v1/traces`, { method: 'POST', headers, body });
    expect([response.status, (await response.arrayBuffer()).byteLength]).toEqual([200, 0]);
    await collector().settled();
    const stored = await Promise.all(
      traceIds(expected).map((id) => getJson<Spans>(`${collector().url}/api/v1/traces/${id}`)),
    );
    expect(flat({ resourceSpans: stored.flatMap(({ resourceSpans }) => resourceSpans) })).toEqual(
      flat(expected),
    );
  });
});
