import { beforeEach, expect, test, vi } from 'vitest';
import type * as ConfigModule from './config.ts';

let readConfig: typeof ConfigModule.readConfig;
let said: () => readonly string[];

beforeEach(async () => {
  // A message is written once per process, so once per test.
  vi.resetModules();
  ({ readConfig } = await import('./config.ts'));
  ({ reports: said } = await import('../fence/report.ts'));
});

test('the defaults', () => {
  const config = readConfig({});
  expect(config).toMatchObject({
    mode: 'sync',
    headers: {},
    resourceAttributes: {},
    exportTimeoutMillis: 2000,
    syncTimeoutMillis: 200,
    bufferSpans: 512,
    bufferBytes: 1_048_576,
    sampleRatio: 1,
  });
  expect(config.endpoint.href).toBe('http://127.0.0.1:4318/v1/traces');
  expect(said()).toEqual([]);
});

test.each([
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'https://c.example:443/base/' }, 'https://c.example/base/v1/traces'],
  [
    { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:1', OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://t:2' },
    'http://t:2/',
  ],
  [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://t:2/x?y=1' }, 'http://t:2/x?y=1'],
])('endpoint of %j is %s', (env, expected) => {
  expect(readConfig(env).endpoint.href).toBe(expected);
});

test.each([
  [{}, 'sync'],
  [{ AWS_LAMBDA_RUNTIME_API: 'h:1' }, 'extension'],
  [{ AWS_LAMBDA_RUNTIME_API: 'h:1', AWS_LAMBDA_INITIALIZATION_TYPE: 'lambda-managed-instances' }, 'batch'],
  [{ AWS_LAMBDA_RUNTIME_API: 'h:1', SANDSCOPE_EXPORT: ' Sync ' }, 'sync'],
  [{ SANDSCOPE_EXPORT: 'stdout' }, 'stdout'],
  [{ OTEL_SDK_DISABLED: 'TRUE', SANDSCOPE_EXPORT: 'sync' }, 'none'],
] as const)('mode of %j is %s', (env, expected) => {
  expect(readConfig(env).mode).toBe(expected);
  expect(said()).toEqual([]);
});

test.each([
  ['SANDSCOPE_EXPORT', 'carrier pigeon', 'mode', 'sync'],
  ['SANDSCOPE_EXPORT', 'extension', 'mode', 'sync'],
  ['SANDSCOPE_EXPORT_TIMEOUT_MILLIS', '-5', 'exportTimeoutMillis', 2000],
  ['SANDSCOPE_EXPORT_TIMEOUT_MILLIS', 'soon', 'exportTimeoutMillis', 2000],
  ['OTEL_EXPORTER_OTLP_TIMEOUT', '-1', 'exportTimeoutMillis', 2000],
  ['OTEL_EXPORTER_OTLP_COMPRESSION', 'brotli', 'compression', 'none'],
  ['SANDSCOPE_TIMEOUT_MARGIN_MILLIS', 'late', 'timeoutMarginMillis', 150],
  ['SANDSCOPE_SAMPLE_RATIO', '7', 'sampleRatio', 1],
] as const)('%s=%s is reported once, and the default is used', (name, value, key, expected) => {
  expect(readConfig({ [name]: value })[key]).toBe(expected);
  readConfig({ [name]: value });
  expect(said()).toHaveLength(1);
});

test('an invalid endpoint is reported, and the default is used', () => {
  expect(readConfig({ OTEL_EXPORTER_OTLP_ENDPOINT: 'localhost:4318' }).endpoint.host).toBe('127.0.0.1:4318');
  expect(said()[0]).toContain('OTEL_EXPORTER_OTLP_ENDPOINT');
  // An invalid address may still contain a key.
  expect(said()[0]).not.toContain('localhost:4318');
});

test.each([
  [{ OTEL_EXPORTER_OTLP_TIMEOUT: '700' }, 700],
  [{ OTEL_EXPORTER_OTLP_TIMEOUT: '700', OTEL_EXPORTER_OTLP_TRACES_TIMEOUT: '800' }, 800],
  [{ OTEL_EXPORTER_OTLP_TIMEOUT: '700', SANDSCOPE_EXPORT_TIMEOUT_MILLIS: '900' }, 900],
])('the time an export may take: %j', (env, expected) => {
  expect(readConfig(env).exportTimeoutMillis).toBe(expected);
});

test.each([
  [{}, 'sync'],
  [{ AWS_LAMBDA_RUNTIME_API: '127.0.0.1:9001' }, 'extension'],
  [
    {
      AWS_LAMBDA_RUNTIME_API: '127.0.0.1:9001',
      AWS_LAMBDA_INITIALIZATION_TYPE: 'lambda-managed-instances',
    },
    'batch',
  ],
  [{ VERCEL: '1' }, 'waitUntil'],
  [{ SANDSCOPE_EXPORT: 'WaitUntil' }, 'waitUntil'],
  [{ SANDSCOPE_EXPORT: 'waitUntil', OTEL_SDK_DISABLED: 'true' }, 'none'],
])('the way spans leave the sandbox: %j', (env, expected) => {
  expect(readConfig(env).mode).toBe(expected);
});

test('headers and attributes are decoded; those that could break a request are left out', () => {
  const config = readConfig({
    OTEL_EXPORTER_OTLP_HEADERS: 'a=1,b=x%20y,c d=2,e=%0d%0aevil: 1,f,=g,h=%zz,',
    OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'a=2',
    OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment=test,team=a%2Cb',
    OTEL_SERVICE_NAME: 'shop',
  });
  expect(config.headers).toEqual({ a: '2', b: 'x y' });
  expect(config.resourceAttributes).toEqual({ 'deployment.environment': 'test', team: 'a,b' });
  expect(config.serviceName).toBe('shop');
  expect(said()).toHaveLength(1);
});
