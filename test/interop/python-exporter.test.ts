/** The real OpenTelemetry exporter for Python, plain and gzip: its spans read back unchanged, types included. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { flat, traceIds, type Spans } from '../support/otlp-json.ts';
import { sharedCollector } from '../support/shared-collector.ts';
import { getJson } from '../support/stack.ts';
import { describeWithPython } from './peers.ts';

const script = fileURLToPath(new URL('python_exporter.py', import.meta.url));

describeWithPython((python) => {
  const collector = sharedCollector();

  it.each(['none', 'gzip'])('compression %s', async (compression) => {
    const options = { timeout: 240_000, env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' } };
    const { stdout } = await promisify(execFile)(python, [script, collector().url, compression], options);
    const sent = JSON.parse(stdout) as Spans;
    await collector().settled();
    const ids = traceIds(sent);
    expect(ids).toHaveLength(2);
    const stored = await Promise.all(
      ids.map((id) => getJson<Spans>(`${collector().url}/api/v1/traces/${id}`)),
    );
    expect(flat({ resourceSpans: stored.flatMap(({ resourceSpans }) => resourceSpans) })).toEqual(flat(sent));
  });
});
