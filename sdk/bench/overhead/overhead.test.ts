import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Report } from './report.ts';

// Built once for all tests: a rebuild would replace it while other tests use it.
const SDK = fileURLToPath(new URL('../../dist', import.meta.url));
const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));
const run = promisify(execFile);
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sandscope-bench-test-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

test('measures the bare handlers and Sandscope, and reports the conditions', async () => {
  const markdown = join(folder, 'performance.md');
  await writeFile(markdown, '# Performance\n\nBefore.\n');
  const args = ['--runs', '1', '--invocations', '12', '--only', 'bare,sandscope', '--sdk', SDK];
  const { stdout } = await run(process.execPath, [MAIN, ...args, '--json', '--markdown', markdown]);

  const report = JSON.parse(stdout) as Report;
  expect(report).toMatchObject({
    format: 'sandscope-overhead/1',
    command: expect.stringContaining('--runs 1'),
    machine: { node: process.version, cpus: expect.any(Number), cpuModel: expect.any(String) },
    plan: { coldRounds: 1, warmRounds: 1, warmUpInvocations: 6, measuredInvocations: 5, quota: false },
  });
  const [bareEsm, bareCjs, ...own] = report.variants;
  for (const bare of [bareEsm, bareCjs]) {
    expect(bare).toMatchObject({ status: 'measured', firstResponseMs: { n: 1 }, callMicros: { n: 1 } });
    expect(bare).not.toHaveProperty('addedFirstResponseMs');
  }
  expect(own.map(({ id }) => id)).toEqual(['sandscope-esm', 'sandscope-cjs']);
  const figure = { n: 1, value: expect.any(Number) };
  for (const variant of own) {
    expect(variant).toMatchObject({
      status: 'measured',
      addedFirstResponseMs: figure,
      addedStartupCpuMs: figure,
      addedPostResponseCpuMs: figure,
      addedCallP50Micros: figure,
      addedCallP99Micros: { n: 5 },
      addedPostResponseCpuMicros: figure,
      addedRssBytes: figure,
      bundle: { minifiedBytes: expect.any(Number), gzipBytes: expect.any(Number) },
    });
    // One span per invocation, and one for the start.
    expect(variant.deliveredPerInvocation?.spans).toBeGreaterThanOrEqual(1);
  }
  // There is no layer to compare with, and no quota was requested.
  expect(report.targets.map(({ name }) => name)).not.toContain(expect.stringContaining('OpenTelemetry'));
  for (const { met, margin, limit, value } of report.targets) {
    expect(margin).toBeCloseTo(limit - value);
    expect(met).toBe(margin >= 0);
  }

  const written = await readFile(markdown, 'utf8');
  expect(written).toMatch(/^# Performance\n\nBefore\.\n\n<!-- overhead: generated/);
  expect(written).toContain('Sandscope (ESM)');
});

test('reports invalid arguments', async () => {
  await expect(run(process.execPath, [MAIN, '--only', 'nobody'])).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringContaining('no variant "nobody"'),
  });
  await expect(run(process.execPath, [MAIN, '--runs', '0'])).rejects.toMatchObject({ code: 2 });
});
