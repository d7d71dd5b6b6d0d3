import { createConfig, lintDocument, makeDocumentFromString, BaseResolver } from '@redocly/openapi-core';
import Fastify from 'fastify';
import { beforeAll, expect, test } from 'vitest';
import { queryApi } from '../index.ts';

interface Schema {
  readonly $ref?: string;
  readonly title?: string;
  readonly description?: string;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
}

interface Operation {
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { readonly schema: Schema }>> }>
  >;
}

interface OpenApi {
  /** Operations by path and method. */
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

let text: string;
let api: OpenApi;

beforeAll(async () => {
  const app = Fastify();
  const status = () => Promise.reject(new Error('not asked'));
  await app.register(queryApi, { store: () => undefined, status });
  text = (await app.inject('/openapi.json')).body;
  api = JSON.parse(text) as OpenApi;
  await app.close();
});

test('a linter accepts the document', async () => {
  const config = await createConfig({ extends: ['recommended'] });
  const problems = await lintDocument({
    document: makeDocumentFromString(text, 'openapi.json'),
    config,
    externalRefResolver: new BaseResolver(),
  });
  expect(problems.map(({ ruleId, message, location }) => [ruleId, message, location[0]?.pointer])).toEqual(
    [],
  );
});

test('every answer has a name, and every part of it a description', () => {
  const unnamed: string[] = [];
  const meaningless: string[] = [];
  for (const [path, operations] of Object.entries(api.paths)) {
    for (const [method, { responses }] of Object.entries(operations)) {
      for (const [status, { content }] of Object.entries(responses)) {
        const schema = content?.['application/json']?.schema;
        if (schema !== undefined && schema.$ref === undefined) unnamed.push(`${method} ${path} ${status}`);
      }
    }
  }
  const look = (schema: Schema, at: string): void => {
    for (const [name, part] of Object.entries(schema.properties ?? {})) {
      const isKnown = part.$ref !== undefined || part.items !== undefined || part.properties !== undefined;
      if (part.description === undefined && !isKnown) meaningless.push(`${at}.${name}`);
      look(part, `${at}.${name}`);
    }
    if (schema.items !== undefined) look(schema.items, `${at}[]`);
  };
  for (const [name, schema] of Object.entries(api.components.schemas)) look(schema, name);
  expect(unnamed).toEqual([]);
  expect(meaningless).toEqual([]);
});

test('schemas that several answers share are one type', () => {
  const { schemas } = api.components;
  expect(Object.keys(schemas)).toEqual(expect.arrayContaining(['Failure', 'Proportion', 'Sandbox']));
  expect(schemas['ReuseEntry']?.properties?.['ratio']).toEqual({ $ref: '#/components/schemas/Proportion' });
});
