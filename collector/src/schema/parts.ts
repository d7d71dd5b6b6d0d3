import { HOST_CONFIDENCES } from '@sandscope/probes/semconv';
import { Type } from '@fastify/type-provider-typebox';
import type { TProperties } from '@fastify/type-provider-typebox';

/** RFC 3339, UTC. */
export const Time = (description: string) => Type.String({ description: `${description} RFC 3339, UTC.` });
export const Count = (description: string) => Type.Integer({ minimum: 0, description });
export const Millis = (description: string) => Type.Number({ description: `${description} Milliseconds.` });
export const OneOf = <const Word extends string>(words: readonly Word[], description: string) =>
  Type.Unsafe<Word>({ type: 'string', enum: words, description });

export const Proportion = Type.Object(
  {
    value: Type.Optional(Type.Number({ description: 'Absent when n is 0.' })),
    low: Type.Number({ description: 'Lower end of the 95 % interval (Wilson).' }),
    high: Type.Number({ description: 'Upper end of the 95 % interval (Wilson).' }),
    n: Count('Sample size.'),
  },
  { title: 'Proportion', description: 'A share, 0 to 1, with its 95 % interval.' },
);

/** Like {@link Proportion}, where neighbours are not independent. */
export const ClusteredProportion = Type.Object(
  {
    value: Type.Optional(Type.Number({ description: 'Absent when n is 0.' })),
    low: Type.Number({ description: 'Lower end of the 95 % interval, by stretches of time.' }),
    high: Type.Number({ description: 'Upper end of it; 0 to 1 when n is 0.' }),
    n: Count('Sample size.'),
  },
  {
    title: 'ClusteredProportion',
    description: 'A share, 0 to 1. Consecutive invocations do not count as independent.',
  },
);

export const Confidence = OneOf(
  HOST_CONFIDENCES,
  'How well the host is known. With `none`, the host is absent; it is never guessed.',
);

export const ErrorAnswer = Type.Object(
  {
    code: Type.String({ description: 'Stable; branch on this.' }),
    message: Type.String({ description: 'Readable text.' }),
    details: Type.Optional(
      Type.Record(Type.String(), Type.Unknown(), {
        description: 'For programs; its fields depend on the code.',
      }),
    ),
  },
  { title: 'Failure', description: 'Every failure has this form.' },
);

/** Error answers that any route may give that queries the store. */
export const storeErrors = {
  400: ErrorAnswer,
  405: ErrorAnswer,
  414: ErrorAnswer,
  422: ErrorAnswer,
  500: ErrorAnswer,
  503: ErrorAnswer,
};

const RANGE = {
  from: Type.Optional(
    Type.String({
      description:
        'Start of the time range, inclusive: RFC 3339, a date, an epoch in s, ms, µs or ns, `now`, or relative as `-15m`. ' +
        'Default: 1 h before to. A range of more than 31 days is cut to the days that have data.',
      examples: ['-15m'],
    }),
  ),
  to: Type.Optional(
    Type.String({
      description: 'End of the time range, exclusive, in the same forms. Default: now.',
    }),
  ),
};

const only = (what: string) =>
  Type.Optional(Type.String({ minLength: 1, maxLength: 512, description: `Only this ${what}.` }));
const FILTERS = {
  version: only('version of the functions'),
  region: only('region of the platform'),
  account: only('account or project at the platform (`cloud.account.id`)'),
};
const FUNCTION = { function: only('function'), ...FILTERS };

/** Formats of a list. */
export const FORMATS = ['json', 'csv', 'ndjson'] as const;
export type Format = (typeof FORMATS)[number];
const FORMAT = {
  format: Type.Optional(
    OneOf(FORMATS, 'csv and ndjson contain only the list, one row per entry; the range is in the headers.'),
  ),
};

/** Query of a route about one thing in a time range; other parameters are refused. */
export const rangeQuery = <Extra extends TProperties>(extra: Extra) =>
  Type.Object({ ...RANGE, ...FILTERS, ...extra }, { additionalProperties: false });

/** Query of a route that lists things in a time range. */
export const listQuery = <Extra extends TProperties>(extra: Extra) =>
  Type.Object({ ...RANGE, ...FUNCTION, ...FORMAT, ...extra }, { additionalProperties: false });

/** The possible answers of a route about a time range, given its answer and its type name in generated clients. */
export const rangeAnswers = <Body extends TProperties>(body: Body, title: string) => ({
  200: rangeAnswer(body, title),
  404: ErrorAnswer,
  ...storeErrors,
});

export const limit = (defaultLimit: number, maximum: number) =>
  Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum,
      default: defaultLimit,
      description: `Maximum number of entries, default ${defaultLimit}.`,
    }),
  );

/** An answer about a time range. */
export const rangeAnswer = <Body extends TProperties>(body: Body, title: string) =>
  Type.Object(
    {
      from: Time(
        'Start of the range of the answer, inclusive. A busy range begins and ends with a whole bucket.',
      ),
      to: Time('End of the range answered for, exclusive.'),
      truncated: Type.Boolean({
        description: 'Whether data were left out because of a limit.',
      }),
      ...body,
    },
    { title },
  );
