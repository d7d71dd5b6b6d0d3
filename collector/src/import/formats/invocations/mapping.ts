import { badOption } from '../../../config/index.ts';
import type { Setting } from '../../../config/index.ts';
import { readSetting } from '../../../config/index.ts';

/** Units of times and durations, in ns per unit. */
export const NANOS_OF: Readonly<Record<string, number>> = { ns: 1, us: 1e3, ms: 1e6, s: 1e9 };
/** Units of memory, in bytes per unit. */
export const BYTES_OF: Readonly<Record<string, number>> = {
  B: 1,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
};

/** Source of an invocation's field: a column of the table, or a constant for all rows. */
export interface FieldSource {
  readonly column?: string;
  readonly value?: string | number | boolean;
  readonly unit?: string;
}

type Kind = 'text' | 'time' | 'duration' | 'truth' | 'memory';

/** Fields of an invocation, and their meaning. */
export const FIELDS = {
  function: 'text',
  start: 'time',
  end: 'time',
  duration: 'duration',
  sandbox: 'text',
  invocation: 'text',
  cold: 'truth',
  initDuration: 'duration',
  version: 'text',
  region: 'text',
  account: 'text',
  platform: 'text',
  trigger: 'text',
  memory: 'memory',
  maxMemoryUsed: 'memory',
  billedDuration: 'duration',
  failed: 'truth',
  errorType: 'text',
} as const satisfies Readonly<Record<string, Kind>>;

export type FieldName = keyof typeof FIELDS;

/** How the columns of a table map to invocations. */
export interface Mapping {
  readonly fields: Readonly<Partial<Record<FieldName, FieldSource>>>;
  /** Additional attributes, by name. */
  readonly attributes: Readonly<Record<string, FieldSource>>;
}

/** Columns named like the fields. */
export const NO_MAPPING: Mapping = {
  fields: Object.fromEntries(Object.keys(FIELDS).map((name) => [name, { column: name }])),
  attributes: {},
};

/**
 * The mapping of a file.
 *
 * @throws {CollectorError} `ERR_OPTION` that names the unusable part
 */
export function readMapping(setting: Setting): Mapping {
  let value: unknown;
  try {
    value = JSON.parse(readSetting(setting));
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ERR_OPTION') throw error;
    throw badOption(`${setting.name} is not JSON: ${(error as Error).message}`);
  }
  if (!isObject(value)) throw badOption(`${setting.name} is not an object of fields`);
  const fields: Partial<Record<FieldName, FieldSource>> = {};
  const attributes: Record<string, FieldSource> = {};
  for (const [name, source] of Object.entries(value)) {
    if (name === 'attributes' && isObject(source)) {
      for (const [key, own] of Object.entries(source))
        attributes[key] = readSource(setting, key, own, 'text');
    } else if (Object.hasOwn(FIELDS, name)) {
      const field = name as FieldName;
      fields[field] = readSource(setting, name, source, FIELDS[field]);
    } else {
      throw badOption(
        `${setting.name} has an unknown field "${name}"; the fields are ${Object.keys(FIELDS).join(', ')}, attributes`,
      );
    }
  }
  for (const needed of ['start', 'function'] as const) {
    if (fields[needed] === undefined) throw badOption(`${setting.name} does not map "${needed}"`);
  }
  if (fields.end === undefined && fields.duration === undefined) {
    throw badOption(`${setting.name} maps neither "end" nor "duration"`);
  }
  return { fields, attributes };
}

const UNITS: Readonly<Record<Kind, readonly string[]>> = {
  text: [],
  truth: [],
  time: Object.keys(NANOS_OF),
  duration: Object.keys(NANOS_OF),
  memory: Object.keys(BYTES_OF),
};

function readSource({ name: file }: Setting, name: string, source: unknown, kind: Kind): FieldSource {
  if (typeof source === 'string') return { column: source };
  const { column, value, unit, ...others } = (isObject(source) ? source : {}) as Record<string, unknown>;
  const [other] = Object.keys(others);
  if (other !== undefined)
    throw badOption(
      `${file}: "${name}" has an unknown member "${other}"; the members are column, value, unit`,
    );
  if (unit !== undefined && !UNITS[kind].includes(unit as string)) {
    const known = UNITS[kind].length === 0 ? 'it has none' : `it is one of ${UNITS[kind].join(', ')}`;
    throw badOption(`${file}: the unit of "${name}" cannot be ${JSON.stringify(unit)}: ${known}`);
  }
  const isValue = ['string', 'number', 'boolean'].includes(typeof value);
  if ((typeof column === 'string') === isValue) {
    throw badOption(`${file}: "${name}" must be the name of a column, or have either a column or a value`);
  }
  return {
    ...(typeof column === 'string' && { column }),
    ...(isValue && { value: value as string | number | boolean }),
    ...(typeof unit === 'string' && { unit }),
  };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
