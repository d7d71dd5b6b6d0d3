import { Type } from '@fastify/type-provider-typebox';
import type { TProperties } from '@fastify/type-provider-typebox';
import { OneOf } from '../schema/index.ts';
import { allColumns, INVOCATION_COLUMNS as COLUMNS } from '../store/catalogue/span-columns.ts';

/** Kinds of columns in display order, by the prefix of their types in the store. */
const KINDS = {
  text: /String/,
  whole: /UInt64/,
  real: /Float64/,
  truth: /Bool/,
} as const;
type Kind = keyof typeof KINDS;

const camel = (name: string): string =>
  name.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase());

/** A displayed column. */
export interface InvocationColumn {
  /** Name in the store. */
  readonly name: string;
  /** Name in an answer. */
  readonly property: string;
  /** Missing texts are empty; all other missing values are null. */
  readonly kind: Kind;
  readonly meaning: string;
}

/** The columns of the catalogue that have a documented meaning. */
export const INVOCATION_COLUMNS: readonly InvocationColumn[] = (Object.keys(KINDS) as Kind[]).flatMap(
  (kind) =>
    allColumns(COLUMNS).flatMap(({ name, type, meaning }) =>
      meaning !== undefined && KINDS[kind].test(type) ? [{ name, property: camel(name), kind, meaning }] : [],
    ),
);

const TYPES = { text: Type.String, whole: Type.Integer, real: Type.Number, truth: Type.Boolean };

/** Their schemas by property: absent where the span has no value. */
export const INVOCATION_PROPERTIES: TProperties = Object.fromEntries(
  INVOCATION_COLUMNS.map(({ property, kind, meaning }) => [
    property,
    Type.Optional(TYPES[kind]({ description: meaning })),
  ]),
);

/** What the platform's own log says about an invocation: absent where it says nothing or was not imported. */
export const REPORT_PROPERTIES = {
  recordedBy: Type.Optional(
    OneOf(
      ['report', 'both'],
      'Present if the log of the platform reports it: only the log, or a span too. Absent: only a span.',
    ),
  ),
  reportedDurationMs: Type.Optional(
    Type.Number({
      description: 'Duration as the platform measured it, including the runtime. Milliseconds.',
    }),
  ),
  billedMs: Type.Optional(Type.Number({ description: 'Billed time. Milliseconds.' })),
  billedRestoreMs: Type.Optional(
    Type.Number({ description: 'Billed time for restoring a snapshot. Milliseconds.' }),
  ),
  memoryMaxUsedBytes: Type.Optional(
    Type.Integer({ description: 'Peak memory of the sandbox so far, as the platform measured it.' }),
  ),
};
