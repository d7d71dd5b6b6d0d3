import { copyFile, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as semconv from '@sandscope/probes/semconv';
import { beforeAll, describe, expect, test } from 'vitest';
import { sharedCollector } from '../support/shared-collector.ts';
import { getJson } from '../support/stack.ts';
import { FOLDER, goGenerator, pythonGenerator, run } from './generators.ts';

const source = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const PYTHON = pythonGenerator();
const GO = goGenerator();

const collector = sharedCollector();
const TRACE = 'c1'.repeat(16);
const SANDBOX = 'd2'.repeat(16);
const BOOT_ID = '0b5e8a3c-1111-4222-8333-444455556666';

type Value = string | number | boolean;

/** Ten calls of two functions that share a kernel. */
function request(): string {
  const text = (key: string, value: Value) => ({
    key,
    value:
      typeof value === 'string'
        ? { stringValue: value }
        : typeof value === 'boolean'
          ? { boolValue: value }
          : { intValue: value },
  });
  const startMs = Date.now() - 60_000;
  const spanOf = (sandbox: string, ordinal: number) => ({
    traceId: TRACE,
    spanId: (sandbox + ordinal.toString(16)).slice(-16),
    name: 'handler',
    kind: 2,
    startTimeUnixNano: `${startMs + ordinal * 1000}000000`,
    endTimeUnixNano: `${startMs + ordinal * 1000 + 20}000000`,
    attributes: [
      text(semconv.ATTR_SANDBOX_ID, sandbox),
      text(semconv.ATTR_SANDBOX_ORDINAL, ordinal),
      text(semconv.ATTR_FAAS_COLDSTART, ordinal === 1),
      text(semconv.ATTR_KERNEL_BOOT_ID, BOOT_ID),
      text(semconv.ATTR_KERNEL_ISOLATION, 'shared'),
    ],
  });
  const of = (name: string, sandbox: string) => ({
    resource: { attributes: [text(semconv.ATTR_FAAS_NAME, name)] },
    scopeSpans: [
      {
        scope: { name: semconv.SCOPE_NAME },
        spans: [1, 2, 3, 4, 5].map((ordinal) => spanOf(sandbox, ordinal)),
      },
    ],
  });
  return JSON.stringify({ resourceSpans: [of('add', SANDBOX), of('double', 'e3'.repeat(16))] });
}

let operations: string[];
let host: string;

beforeAll(async () => {
  const { url } = collector();
  const headers = { 'content-type': 'application/json' };
  const sent = await fetch(`${url}/v1/traces`, { method: 'POST', headers, body: request() });
  if (sent.status !== 200) throw new Error(`the spans were answered ${sent.status}`);
  await collector().settled();
  const { hosts } = await getJson<{ hosts: { id: string }[] }>(`${url}/api/v1/hosts`);
  host = hosts[0]?.id ?? '';
  const document = await getJson<{ paths: Record<string, { get: { operationId: string } }> }>(
    `${url}/openapi.json`,
  );
  operations = Object.values(document.paths).map(({ get }) => get.operationId);
  await mkdir(FOLDER, { recursive: true });
  await writeFile(join(FOLDER, 'openapi.json'), JSON.stringify(document));
}, 60_000);

describe.skipIf(PYTHON === undefined)('a client made for Python', () => {
  test('reads every route without losing anything', () => {
    const { python = '', generate = '' } = PYTHON ?? {};
    const output = join(FOLDER, 'python-client');
    run(generate, [
      'generate',
      '--path',
      'openapi.json',
      '--output-path',
      output,
      '--overwrite',
      '--meta',
      'none',
    ]);
    const values = {
      function: 'add',
      trace_id: TRACE,
      'get_host.id': host,
      'get_sandbox.id': SANDBOX,
    };
    const client = join(FOLDER, 'sandscope_client');
    run('rm', ['-rf', client]);
    run('mv', [output, client]);
    const read = run(python, [source('read_all.py'), collector().url, JSON.stringify(values)], FOLDER, {
      PYTHONPATH: FOLDER,
      PYTHONDONTWRITEBYTECODE: '1',
    });
    expect(Object.keys(JSON.parse(read) as object).toSorted()).toEqual(operations.map(snake).toSorted());
  });
});

describe.skipIf(GO === undefined)('a client made for Go', () => {
  test('reads every route', { timeout: 300_000 }, async () => {
    const folder = join(FOLDER, 'go-client');
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    run('go', ['mod', 'init', 'clients'], folder);
    run(GO ?? '', ['--target', 'api', '--package', 'api', '--clean', join(FOLDER, 'openapi.json')], folder);
    await copyFile(source('read_all.go'), join(folder, 'main.go'));
    run('go', ['mod', 'tidy'], folder);
    run('go', ['build', '-o', 'read-all', '.'], folder);
    const values = { Function: 'add', TraceId: TRACE, 'GetHost.ID': host, 'GetSandbox.ID': SANDBOX };
    const read = run(join(folder, 'read-all'), [collector().url, JSON.stringify(values)]);
    const upper = (name: string): string => name[0]?.toUpperCase() + name.slice(1);
    expect(Object.keys(JSON.parse(read) as object).toSorted()).toEqual(operations.map(upper).toSorted());
  });
});

function snake(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
