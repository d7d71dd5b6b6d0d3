import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { runHandler, runProgram } from './testing/test-child.ts';
import { startCollector } from './testing/test-collector.ts';
import { startRuntimeApi } from './testing/test-runtime-api.ts';

// The global setup builds it before all tests.
const DIST = fileURLToPath(new URL('../dist', import.meta.url));

/** The machine's own Node if it is older than the one that runs the tests; functions run on Node 20 and later. */
function olderNode(): string | undefined {
  for (const path of ['/usr/bin/node', '/usr/local/bin/node']) {
    try {
      const version = execFileSync(path, ['--version'], { encoding: 'utf8' });
      if (Number(/^v(\d+)/.exec(version)?.[1]) >= 20) return path;
    } catch {
      // Not there.
    }
  }
  return undefined;
}

const nodes = [process.execPath, olderNode()].filter((path) => path !== undefined);
const bundle = (format: 'cjs' | 'esm'): string =>
  join(DIST, format === 'cjs' ? 'sandscope.cjs' : 'sandscope.mjs');

describe.each(nodes)('%s', (node) => {
  test('CommonJS: one file, required', async () => {
    await using collector = await startCollector();
    await using api = await startRuntimeApi();
    const handler = `const { wrap } = require('${bundle('cjs')}');
      exports.handler = wrap((event, context, callback) => callback(null, event.a + event.b));`;
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint };
    await using sandbox = await runHandler(handler, api.address, { node, env, file: 'handler.cjs' });
    expect((await api.invoke({ a: 1, b: 2 })).body).toBe('3');
    await api.idle();
    expect(collector.spans.map((span) => span.name)).toEqual(['sandscope.init', 'f']);
    expect(sandbox.stderr()).toBe('');
    sandbox.process.kill('SIGTERM');
    await sandbox.ended;
    expect(collector.spans.at(-1)!.name).toBe('sandscope.shutdown');
  });

  test('ES module: one file, imported, registration awaited', async () => {
    await using collector = await startCollector();
    await using api = await startRuntimeApi();
    const handler = `import { ready, wrap } from '${bundle('esm')}';
      export const handler = wrap(async (event) => event.a + event.b);
      await ready();`;
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint };
    await using sandbox = await runHandler(handler, api.address, { node, env });
    expect((await api.invoke({ a: 1, b: 2 })).body).toBe('3');
    await api.idle();
    expect(api.calls[0]).toBe('register');
    expect(collector.spans.map((span) => span.name)).toEqual(['sandscope.init', 'f']);
    expect(sandbox.stderr()).toBe('');
  });

  test('the two formats in one process record an invocation once', async () => {
    await using collector = await startCollector();
    const program = `import { wrap } from '${bundle('esm')}';
      import cjs from '${bundle('cjs')}';
      const inner = wrap(async (event, context) => 1);
      if (cjs.wrap(inner) !== inner) throw new Error('wrapped twice');
      await cjs.wrap(async (event, context) => inner(event, context))({}, {});`;
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint, SANDSCOPE_SYNC_TIMEOUT_MILLIS: '10000' };
    await using run = await runProgram(program, { node, env });
    expect(await run.ended).toEqual({ code: 0, signal: null });
    expect(collector.spans.filter((span) => span.kind === 2)).toHaveLength(1);
  });

  test('the code after the response works even if code generation from strings is forbidden', async () => {
    await using collector = await startCollector();
    await using api = await startRuntimeApi();
    const handler = `const { wrap } = require('${bundle('cjs')}');
      exports.handler = wrap(async () => { try { return eval('1'); } catch { return 'forbidden'; } });`;
    const env = {
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
      NODE_OPTIONS: '--disallow-code-generation-from-strings',
    };
    await using sandbox = await runHandler(handler, api.address, { node, env, file: 'handler.cjs' });
    expect((await api.invoke({})).body).toBe('"forbidden"');
    await api.idle();
    expect(collector.spans.map((span) => span.name)).toEqual(['sandscope.init', 'f']);
    expect(sandbox.stderr()).toBe('');
  });
});
