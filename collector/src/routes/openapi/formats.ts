import type { FastifyDynamicSwaggerOptions } from '@fastify/swagger';

type Transform = NonNullable<FastifyDynamicSwaggerOptions['transformObject']>;

interface Operation {
  readonly parameters?: readonly { readonly name?: string }[];
  readonly responses?: Readonly<Record<string, { content?: Record<string, unknown> }>>;
}

/** Adds the other media types of a list to the document, for every operation that takes `format`. */
export const describeFormats: Transform = (given) => {
  if (!('openapiObject' in given)) return given.swaggerObject;
  const { openapiObject } = given;
  for (const path of Object.values(openapiObject.paths ?? {})) {
    const { parameters = [], responses = {} } = ((path as { get?: unknown } | undefined)?.get ??
      {}) as Operation;
    if (!parameters.some(({ name }) => name === 'format')) continue;
    const text = (description: string): object => ({ schema: { type: 'string', description } });
    Object.assign(responses['200']?.content ?? {}, {
      'text/csv': text('The list as CSV (RFC 4180) with a header line.'),
      'application/x-ndjson': text('The list, one entry per line.'),
    });
  }
  return openapiObject;
};
