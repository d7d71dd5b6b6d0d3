import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Secret } from '../security/index.ts';
import { startServer } from '../server/server.ts';
import type { Collector } from '../server/server.ts';
import { offsetOf } from './clock.ts';
import { endpointOf, SDK_VARIABLES } from './environment.ts';
import { checkExportMode } from './export-mode.ts';
import type { Finding } from './finding.ts';
import { checkCpu } from './machine.ts';

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url));
const INGEST = 'ingest-token-0123456789';
const QUERY = 'query-token-0123456789';
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

let folder: string;
let collector: Collector;
let queryFile: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sandscope-doctor-'));
  queryFile = join(folder, 'query-tokens');
  writeFileSync(queryFile, `${QUERY}\n`);
  collector = await startServer(
    {
      host: '127.0.0.1',
      port: 0,
      dataDir: join(folder, 'data'),
      forward: [],
      ingestTokens: { tokens: [new Secret(INGEST)] },
      queryTokens: { tokens: [new Secret(QUERY)] },
    },
    quiet,
  );
  await collector.ready;
});
afterAll(async () => {
  await collector?.stop();
  rmSync(folder, { recursive: true, force: true });
});

interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The command as a process, with only these variables. */
function doctor(env: Record<string, string>, ...args: string[]): Promise<Run> {
  return new Promise((resolve) => {
    const options = {
      env: { PATH: process.env['PATH'], NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'], ...env },
    };
    execFile(process.execPath, [MAIN, 'doctor', ...args], options, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    );
  });
}

async function findings(
  env: Record<string, string>,
  ...args: string[]
): Promise<{ code: number; found: Map<string, Finding> }> {
  const { code, stdout } = await doctor(env, '--json', ...args);
  const parsed = JSON.parse(stdout) as { findings: Finding[] };
  return { code, found: new Map(parsed.findings.map((one) => [one.id, one])) };
}

const endpoint = (url: string): Record<string, string> => ({ OTEL_EXPORTER_OTLP_ENDPOINT: url });
const sending = { OTEL_EXPORTER_OTLP_HEADERS: `authorization=Bearer%20${INGEST}` };

describe('sandscope doctor', () => {
  it('finds nothing in the way where nothing is', async () => {
    const { code, found } = await findings(
      { ...endpoint(collector.url), ...sending },
      '--query-token-file',
      queryFile,
    );
    expect(code).toBe(0);
    for (const id of [
      'endpoint.reachable',
      'endpoint.token',
      'clock.offset',
      'query.token',
      'collector.ready',
      'collector.version',
      'machine.engine',
    ])
      expect(found.get(id)).toMatchObject({ level: 'ok' });
    expect(JSON.stringify([...found.values()])).not.toContain(INGEST);
    const facts = (found.get('clock.offset')?.facts ?? {}) as Record<string, number>;
    expect(facts['offsetLowMs']).toBeLessThanOrEqual(0);
    expect(facts['offsetHighMs']).toBeGreaterThanOrEqual(0);
    for (const id of ['reveals.hosts', 'reveals.kernel', 'reveals.steal', 'reveals.throttling'])
      expect(found.has(id)).toBe(true);
  });

  it('says that tokens are wrong, what a variable has, and what freezing does, as a table', async () => {
    const run = await doctor({
      ...endpoint(collector.url),
      SANDSCOPE_SAMPLE_RATIO: '7',
      SANDSCOPE_SAMPEL_RATIO: '0.1',
      SANDSCOPE_EXPORT: 'extension',
      OTEL_EXPORTER_OTLP_COMPRESSION: 'brotli',
    });
    expect(run.code).toBe(15);
    expect(run.stderr).toContain('problems: endpoint.token');
    for (const line of [
      /^FAIL {2}endpoint\.token +Spans are refused with 401: it requires a token, and none was sent\.$/m,
      /^WARN {2}query\.token +Questions are refused with 401\.$/m,
      /^WARN {2}environment\.value +SANDSCOPE_SAMPLE_RATIO "7" is not a number from 0 to 1\.$/m,
      /^WARN {2}environment\.value +OTEL_EXPORTER_OTLP_COMPRESSION "brotli" is not one of gzip, none\.$/m,
      /^WARN {2}environment\.name +SANDSCOPE_SAMPEL_RATIO is not a variable .*SANDSCOPE_SAMPLE_RATIO\?$/m,
      /^WARN {2}freeze\.extension +SANDSCOPE_EXPORT is "extension"/m,
    ])
      expect(run.stdout).toMatch(line);
  });

  it('says that a token is of the wrong kind', async () => {
    const { found } = await findings({
      ...endpoint(collector.url),
      OTEL_EXPORTER_OTLP_HEADERS: `Authorization=Bearer%20${QUERY}`,
    });
    expect(found.get('endpoint.token')?.message).toContain('the token is not one of its ingest tokens');
  });

  it('says that the path is in the endpoint already', async () => {
    const { code, found } = await findings({ ...endpoint(`${collector.url}/v1/traces`), ...sending });
    expect(code).toBe(15);
    expect(found.get('endpoint.path')).toMatchObject({
      level: 'fail',
      message: expect.stringContaining('/v1/traces/v1/traces') as string,
    });
    expect(found.get('collector.kind')?.message).not.toContain('accepts spans');
  });

  it('says that nobody answers, and that the SDK is off', async () => {
    const { code, found } = await findings({
      ...endpoint('http://127.0.0.1:9'),
      OTEL_SDK_DISABLED: 'true',
    });
    expect(code).toBe(15);
    expect(found.get('endpoint.reachable')).toMatchObject({
      level: 'fail',
      message: expect.stringContaining('No answer from http://127.0.0.1:9/v1/traces') as string,
    });
    expect(found.get('environment.disabled')).toMatchObject({ level: 'fail' });
  });

  it('says that a clock is wrong, and that a proxy hides the rest', async () => {
    // The collector behind a proxy with a different clock that only forwards spans.
    const proxy = createServer((incoming, answer) => {
      const { method, headers, url = '' } = incoming;
      const onward = request(new URL(url, collector.url), { method, headers }, (given) => {
        const hidden = !url.startsWith('/v1/') && url !== '/healthz';
        answer.writeHead(hidden ? 404 : (given.statusCode ?? 502), {
          date: new Date(Date.now() + 600_000).toUTCString(),
        });
        if (hidden) answer.end();
        else given.pipe(answer);
      });
      incoming.pipe(onward);
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    const { code, found } = await findings({ ...endpoint(url), ...sending });
    proxy.close();
    expect(code).toBe(15);
    expect(found.get('clock.offset')).toMatchObject({
      level: 'fail',
      message: expect.stringContaining('implausible') as string,
    });
    expect(found.get('collector.kind')).toMatchObject({ level: 'info' });
  });

  it('refuses an address that is none', async () => {
    const { code, stderr } = await doctor({}, '--url', 'ftp://x');
    expect([code, stderr]).toEqual([2, expect.stringContaining('--url is not an http or https URL')]);
  });
});

describe('the offset of a clock', () => {
  it('is what all samples allow', () => {
    const at = (sentMs: number, dateMs: number) => ({ sentMs, receivedMs: sentMs + 10, dateMs });
    expect(offsetOf([at(5000, 5000)])).toEqual({ lowMs: -10, highMs: 1000 });
    expect(offsetOf([at(5950, 5000), at(6000, 6000)])).toEqual({ lowMs: -10, highMs: 50 });
    expect(offsetOf([at(5000, 5000), at(5100, 9000)])).toBeUndefined();
    expect(offsetOf([])).toBeUndefined();
  });
});

describe('how spans leave', () => {
  it.each([
    [{ AWS_LAMBDA_RUNTIME_API: '127.0.0.1:9001' }, 'AWS Lambda', 'extension'],
    [
      { AWS_LAMBDA_RUNTIME_API: 'x', AWS_LAMBDA_INITIALIZATION_TYPE: 'lambda-managed-instances' },
      'AWS Lambda, managed instances',
      'batch',
    ],
    [{ AWS_LAMBDA_RUNTIME_API: 'x', VERCEL: '1' }, 'Vercel', 'waitUntil'],
    [{ FUNCTIONS_WORKER_RUNTIME: 'node' }, 'Azure Functions', 'batch'],
    [{ K_SERVICE: 'x' }, 'Cloud Run or Knative', 'sync'],
    [{}, undefined, 'sync'],
  ])('of %j is of %s', (env, platform, mode) => {
    const [said, ...others] = checkExportMode(env);
    expect(said?.facts).toMatchObject({ mode, ...(platform !== undefined && { platform }) });
    expect(others).toEqual([]);
  });

  it('is warned of where a sandbox is frozen while it sends', () => {
    const [, warning] = checkExportMode({ AWS_LAMBDA_RUNTIME_API: 'x', SANDSCOPE_EXPORT: 'batch' });
    expect(warning).toMatchObject({ id: 'freeze.batch', level: 'warn' });
  });
});

describe('the environment', () => {
  it('has every variable that the SDK reads', () => {
    const folderOf = fileURLToPath(new URL('../../../sdk/src', import.meta.url));
    const read = readdirSync(folderOf, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && !/\.test\.ts$|testing/.test(file))
      .flatMap(
        (file) =>
          readFileSync(join(folderOf, file), 'utf8').match(/(?<=')(?:SANDSCOPE|OTEL)_[A-Z_]+(?=')/g) ?? [],
      );
    expect(Object.keys(SDK_VARIABLES)).toEqual(expect.arrayContaining([...new Set(read)]));
  });

  it('says where spans go', () => {
    expect(endpointOf({}).href).toBe('http://127.0.0.1:4318/v1/traces');
    expect(endpointOf({ OTEL_EXPORTER_OTLP_ENDPOINT: 'https://c/otel/' }).href).toBe(
      'https://c/otel/v1/traces',
    );
    expect(endpointOf({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://c/x' }).href).toBe('https://c/x');
  });
});

describe('the CPU', () => {
  it.each([
    ['flags\t\t: fpu ssse3 sse4_1 sse4_2 popcnt pclmulqdq avx\n', 'x64', [{ level: 'ok' }]],
    [
      'flags\t\t: fpu ssse3\n',
      'x64',
      [{ level: 'warn', facts: { missing: ['sse4_1', 'sse4_2', 'popcnt', 'pclmulqdq'] } }],
    ],
    ['', 'x64', [{ level: 'info' }]],
    ['', 'arm64', []],
  ])('of %j on %s', (cpuinfo, architecture, expected) => {
    expect(checkCpu(cpuinfo, architecture)).toMatchObject(expected);
  });
});
