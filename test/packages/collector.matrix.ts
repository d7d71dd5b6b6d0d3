/** The command, installed from tarballs: it collects on each Node that is new enough, and reports the others. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest';
import { PROBES, SDK } from './consumers.ts';
import { Project } from './project.ts';
import { NODES } from './toolchain.ts';

const COLLECTOR = 'sandscope';
const tarballs = inject('tarballs');

const HANDLER = `const { wrap } = require('${SDK}');
wrap(async () => 'hello', { name: 'greet' })({}, {});`;

let project: Project;
let command: string;
beforeAll(async () => {
  project = await Project.create();
  await project.install(tarballs[SDK] ?? '', tarballs[PROBES] ?? '', tarballs[COLLECTOR] ?? '');
  await project.write('handler.cjs', HANDLER);
  command = join(project.folder, 'node_modules/.bin', COLLECTOR);
});
afterAll(() => project[Symbol.asyncDispose]());

test.each(['20.0', '20'] as const)('says on Node %s in one sentence which it needs', async (version) => {
  const { code, stdout, stderr } = await project.run(NODES[version], [command, 'up']);
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toMatch(/^sandscope needs Node 22\.18 or newer, and this is v20\.\d+\.\d+\.\n$/);
});

test.each(['22.18', '22', '24'] as const)('collects on Node %s, and warns of nothing', async (version) => {
  const args = [command, 'up', '--port', '0', '--data', join(project.folder, `data-${version}`)];
  const env = { PATH: process.env['PATH'] ?? '' };
  const child = spawn(NODES[version], args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = once(child, 'close');
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr])
    createInterface(stream).on('line', (line) => lines.push(line));
  try {
    const address = await vi.waitFor(() => /http:\/\/127\.0\.0\.1:\d+/.exec(lines.join('\n'))![0], 60_000);
    await vi.waitFor(async () => expect((await fetch(`${address}/readyz`)).status).toBe(200), 60_000);
    const sent = await project.run(NODES['20'], ['handler.cjs'], {
      OTEL_EXPORTER_OTLP_ENDPOINT: address,
      // The default is too short for a busy test machine.
      SANDSCOPE_SYNC_TIMEOUT_MILLIS: '30000',
    });
    expect(sent).toEqual({ code: 0, stdout: '', stderr: '' });
    const functions = async (): Promise<unknown> => (await fetch(`${address}/api/v1/functions/greet`)).json();
    await vi.waitFor(async () => expect(await functions()).toMatchObject({ invocations: 1 }), 30_000);
    for (const page of ['/', '/docs/', '/openapi.json', '/metrics'])
      expect((await fetch(`${address}${page}`)).status, page).toBe(200);
  } finally {
    child.kill('SIGTERM');
  }
  expect(await ended).toEqual([0, null]);
  expect(lines.filter((line) => /warning/i.test(line))).toEqual([]);
});
