/**
 * `node .ci/page-types.ts` writes `collector/web/src/api/answers.ts`, the types of the page, from the description of
 * the API; with `--check` it only reports whether they are up to date (exit code 1 if not).
 */
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import Fastify from 'fastify';
import { format, resolveConfig } from 'prettier';
import { queryApi } from '../collector/src/routes/index.ts';

/** The generated file. */
export const PAGE_TYPES = fileURLToPath(new URL('../collector/web/src/api/answers.ts', import.meta.url));

interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly description?: string;
}

const SIMPLE: Readonly<Record<string, string>> = {
  integer: 'number',
  number: 'number',
  string: 'string',
  boolean: 'boolean',
};

function typeOf(schema: Schema): string {
  if (schema.$ref !== undefined) return schema.$ref.slice(schema.$ref.lastIndexOf('/') + 1);
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  if (schema.anyOf) return schema.anyOf.map(typeOf).join(' | ');
  if (schema.type === 'array') return `readonly (${schema.items ? typeOf(schema.items) : 'unknown'})[]`;
  if (schema.properties) return membersOf(schema);
  return (
    SIMPLE[schema.type ?? ''] ?? (schema.type === 'object' ? 'Readonly<Record<string, unknown>>' : 'unknown')
  );
}

function membersOf({ properties = {}, required = [] }: Schema): string {
  const members = Object.entries(properties).map(([name, member]) => {
    const description = member.description?.replaceAll('*/', '* /');
    const mark = required.includes(name) ? '' : '?';
    return `${description === undefined ? '' : `/** ${description} */\n`}readonly ${JSON.stringify(name)}${mark}: ${typeOf(member)};`;
  });
  return `{\n${members.join('\n')}\n}`;
}

/** The current content of the file, formatted like the repository. */
export async function currentPageTypes(): Promise<string> {
  const app = Fastify();
  await app.register(queryApi, {
    store: () => undefined,
    status: () => Promise.reject(new Error('not used')),
  });
  const document = (await app.inject('/openapi.json')).json<{
    components: { schemas: Readonly<Record<string, Schema>> };
  }>();
  await app.close();
  const types = Object.entries(document.components.schemas).map(
    ([name, schema]) =>
      `${schema.description ? `/** ${schema.description} */\n` : ''}export type ${name} = ${typeOf(schema)};`,
  );
  const text = `/** Written by \`node .ci/page-types.ts\` from the description of the API; change the schemas of the routes. */\n\n${types.join('\n\n')}\n`;
  return await format(text, { ...(await resolveConfig(PAGE_TYPES)), parser: 'typescript' });
}

if (import.meta.main) {
  const wanted = await currentPageTypes();
  const found = await readFile(PAGE_TYPES, 'utf8').catch(() => '');
  if (process.argv.includes('--check')) {
    if (found !== wanted) {
      process.stderr.write('collector/web/src/api/answers.ts is out of date; run: node .ci/page-types.ts\n');
      process.exitCode = 1;
    }
  } else if (found !== wanted) await writeFile(PAGE_TYPES, wanted);
}
