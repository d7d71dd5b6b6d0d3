import type { FastifySchemaCompiler, FastifySchemaValidationError } from 'fastify';
import type { TSchema } from '@fastify/type-provider-typebox';
import { Compile } from 'typebox/compile';

/**
 * Checks parameters against their schema. Text is converted to a number or boolean only where it is exactly one: `1.5`
 * is not an integer and `maybe` not a boolean, although the usual coercion would convert them.
 */
export const validatorCompiler: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  const compiled = Compile(schema);
  return (given: unknown) => {
    const value = httpPart === 'body' ? given : convert(schema, given);
    const repeated = httpPart === 'querystring' ? repeatedName(schema, given) : undefined;
    if (repeated !== undefined) return { error: [mayBeGivenOnce(repeated)] as never };
    return compiled.Check(value) ? { value } : { error: compiled.Errors(value) as never };
  };
};

/** A parameter of one value that was given several times: its values arrive as a list. */
function repeatedName(schema: TSchema, given: unknown): string | undefined {
  const { properties = {} } = schema as { properties?: Record<string, { type?: string }> };
  return Object.entries(given as Record<string, unknown>).find(
    ([name, value]) =>
      Array.isArray(value) && Object.hasOwn(properties, name) && properties[name]?.type !== 'array',
  )?.[0];
}

function mayBeGivenOnce(name: string): FastifySchemaValidationError {
  return {
    keyword: 'type',
    instancePath: `/${name}`,
    schemaPath: `#/properties/${name}/type`,
    params: {},
    message: 'may be given only once',
  };
}

function convert(schema: TSchema, given: unknown): unknown {
  const { properties = {} } = schema as { properties?: Record<string, { type?: string }> };
  return Object.fromEntries(
    Object.entries(given as Record<string, unknown>).map(([name, value]) => [
      name,
      typeof value === 'string' && Object.hasOwn(properties, name)
        ? scalar(properties[name]?.type, value)
        : value,
    ]),
  );
}

function scalar(type: string | undefined, text: string): unknown {
  if (type === 'integer' && /^-?\d{1,15}$/.test(text)) return Number(text);
  if (type === 'boolean' && (text === 'true' || text === 'false')) return text === 'true';
  return text;
}
