import { Type } from '@fastify/type-provider-typebox';
import type { TProperties } from '@fastify/type-provider-typebox';
import { OneOf } from '../schema/index.ts';
import { allColumns, INVOCATION_COLUMNS as COLUMNS } from '../store/catalogue/span-columns.ts';

/** Kinds of columns in the order in which they are shown, by what their types in the store begin with. */
const KINDS = {
  text: /String/,
  whole: /UInt64/,
  real: /Float64/,
  truth: /Bool/,
} as const;
type Kind = keyof typeof KINDS;

const camel = (name: string): string =>
  name.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase());

/** A column that is shown. */
export interface InvocationColumn {
  /** In the store. */
  readonly name: string;
  /** In an answer. */
  readonly property: string;
  /** Texts that were not told are empty, all others null. */
  readonly kind: Kind;
  readonly meaning: string;
}

/** Those of the catalogue that have a meaning to tell. */
export const INVOCATION_COLUMNS: readonly InvocationColumn[] = (Object.keys(KINDS) as Kind[]).flatMap(
  (kind) =>
    allColumns(COLUMNS).flatMap(({ name, type, meaning }) =>
      meaning !== undefined && KINDS[kind].test(type) ? [{ name, property: camel(name), kind, meaning }] : [],
    ),
);

const TYPES = { text: Type.String, whole: Type.Integer, real: Type.Number, truth: Type.Boolean };

/** Their schemas by property: absent where the span did not say. */
export const INVOCATION_PROPERTIES: TProperties = Object.fromEntries(
  INVOCATION_COLUMNS.map(({ property, kind, meaning }) => [
    property,
    Type.Optional(TYPES[kind]({ description: meaning })),
  ]),
);

/** What the platform's own log says of an invocation: absent where it says nothing, or was not imported. */
export const REPORT_PROPERTIES = {
  recordedBy: Type.Optional(
    OneOf(
      ['report', 'both'],
      'Where the platform’s log tells of it: by that alone, or by a span too. Absent: by its span.',
    ),
  ),
  reportedDurationMs: Type.Optional(
    Type.Number({
      description: 'What the platform measured, the runtime’s own work included. Milliseconds.',
    }),
  ),
  billedMs: Type.Optional(Type.Number({ description: 'What it billed. Milliseconds.' })),
  billedRestoreMs: Type.Optional(
    Type.Number({ description: 'What it billed for restoring a snapshot. Milliseconds.' }),
  ),
  memoryMaxUsedBytes: Type.Optional(
    Type.Integer({ description: 'The most memory of the sandbox’s life so far, as the platform saw it.' }),
  ),
};
