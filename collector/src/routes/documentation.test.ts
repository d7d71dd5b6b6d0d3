import { STATUS_CODES } from 'node:http';
import Fastify from 'fastify';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { QUESTIONS } from '../correlate/questions/index.ts';
import { queryApi } from './index.ts';
import type { Json } from './json.fixture.ts';

const app = Fastify();

beforeAll(async () => {
  const status = () => Promise.reject(new Error('not asked'));
  await app.register(queryApi, { store: () => undefined, status });
});
afterAll(() => app.close());

it('describes every route, its parameters and all its answers', async () => {
  const document: Json = (await app.inject('/openapi.json')).json();
  expect(document.openapi).toMatch(/^3\.1/);
  expect(Object.keys(document.paths).sort()).toEqual(
    [
      'data/{kind}/{name}',
      'functions',
      'functions/{function}',
      'hosts',
      'hosts/{id}',
      'invocations',
      'sandboxes',
      'sandboxes/{id}',
      'status',
      'traces/{traceId}',
      ...QUESTIONS.map((question) => question.name),
    ]
      .toSorted()
      .map((name) => `/api/v1/${name}`),
  );
  const ids = new Set<string>();
  for (const [path, operations] of Object.entries<Json>(document.paths)) {
    const [method, operation] = Object.entries<Json>(operations)[0]!;
    expect([path, Object.keys(operations)]).toEqual([path, [method]]);
    ids.add(operation.operationId);
    const answers = Object.keys(operation.responses);
    expect([path, answers.includes('200'), answers.includes('400')]).toEqual([path, true, true]);
    for (const code of answers) {
      expect(STATUS_CODES[code]).toBeDefined();
      expect(operation.responses[code].content['application/json'].schema).toBeDefined();
    }
    const hasFormat = operation.parameters?.some(({ name }: Json) => name === 'format') ?? false;
    expect([path, 'text/csv' in operation.responses['200'].content]).toEqual([path, hasFormat]);
    for (const name of path.matchAll(/\{(\w+)\}/g)) {
      expect(operation.parameters).toContainEqual(
        expect.objectContaining({ name: name[1], in: 'path', required: true }),
      );
    }
  }
  expect(ids.size).toBe(Object.keys(document.paths).length);
  expect(JSON.stringify(document)).not.toContain('"$ref":"def-');
});

it('describes every field', async () => {
  const document: Json = (await app.inject('/openapi.json')).json();
  const schemas: Record<string, Json> = document.components.schemas;
  const nameOf = (schema: Json): string => schema['$ref']?.split('/').at(-1) ?? '';
  const silent: string[] = [];
  const look = (schema: Json, path: string): void => {
    for (const [name, own] of Object.entries<Json>(schema['properties'] ?? {})) {
      if (!own['description'] && !schemas[nameOf(own)]?.['description']) silent.push(`${path}.${name}`);
      look(own, `${path}.${name}`);
    }
    for (const own of [schema['items'], ...(schema['anyOf'] ?? [])]) if (own) look(own, path);
  };
  for (const [name, schema] of Object.entries(schemas)) look(schema, name);
  expect(Object.keys(schemas).length).toBeGreaterThan(50);
  expect(silent).toEqual([]);
});

it('can be browsed without a network', async () => {
  const page = await app.inject('/docs/');
  expect(page.statusCode).toBe(200);
  expect(page.headers['content-security-policy']).not.toContain('http');
  const assets = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, url]) => url as string);
  expect(assets.length).toBeGreaterThan(3);
  for (const asset of assets) {
    const { origin, pathname } = new URL(asset, 'http://here/docs/');
    expect(origin).toBe('http://here');
    expect((await app.inject(pathname)).statusCode).toBe(200);
  }
  expect(page.body).not.toMatch(/<script>|<style>/);
});
