import type { FastifyDynamicSwaggerOptions } from '@fastify/swagger';

type Transform = NonNullable<FastifyDynamicSwaggerOptions['transformObject']>;
type Json = Record<string, unknown>;

/**
 * Moves each schema with a title to the components of the document and replaces it with a reference. Generated clients
 * then have one well-named type for what many answers share.
 *
 * @throws {TypeError} when two different schemas have the same title
 */
export const nameSchemas: Transform = (given) => {
  if (!('openapiObject' in given)) return given.swaggerObject;
  const { openapiObject } = given;
  const named = new Map<string, { schema: Json; text: string }>();
  const hoist = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(hoist);
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value).map(([key, inner]) => [key, hoist(inner)] as const);
    const copy = Object.fromEntries(entries);
    const { title } = value as { title?: unknown };
    if (typeof title !== 'string' || !('type' in value)) return copy;
    // The description depends on where the schema is used: only the rest must be equal.
    const { description: _, ...shape } = copy;
    const text = JSON.stringify(shape);
    const known = named.get(title);
    if (known === undefined) named.set(title, { schema: copy, text });
    else if (known.text !== text) throw new TypeError(`two schemas are called ${title}, and differ`);
    return { $ref: `#/components/schemas/${title}` };
  };
  const paths = hoist(openapiObject.paths);
  const schemas = Object.fromEntries(
    [...named].sort(([a], [b]) => (a < b ? -1 : 1)).map(([title, { schema }]) => [title, schema]),
  );
  return Object.assign(openapiObject, { paths, components: { ...openapiObject.components, schemas } });
};
