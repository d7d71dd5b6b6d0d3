import type { FastifyDynamicSwaggerOptions } from '@fastify/swagger';

type Transform = NonNullable<FastifyDynamicSwaggerOptions['transformObject']>;
type Json = Record<string, unknown>;

/**
 * Moves each schema with a title to the components of the document, and puts a reference in its place: generated clients
 * then have one type for what is the same in many answers, with a name that is worth reading.
 *
 * @throws {TypeError} when two schemas that differ have one title
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
    // What is said of it where it is used belongs there: only the rest must agree.
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
