import { createHash } from 'node:crypto';
import { CollectorError } from '../errors/errors.ts';
import type { Secret } from '../security/index.ts';

/** The settings of a function that change. */
export interface FunctionSettings {
  /** ARNs of layer versions, in order. */
  readonly layers: readonly string[];
  readonly variables: Readonly<Record<string, string>>;
}

/** The instrumentation of a function. */
export interface Wanted {
  /** ARN of a version of the layer. */
  readonly layer: string;
  /** Base URL of the collector, without `/v1/traces`. */
  readonly endpoint: string;
  readonly token?: Secret;
  /** Runs an existing wrapper script after ours. Default: an existing one is refused. */
  readonly chainWrapper?: boolean;
  /** Replaces an existing telemetry destination. Default: an existing one is refused. */
  readonly replace?: boolean;
}

export const WRAPPER_VARIABLE = 'AWS_LAMBDA_EXEC_WRAPPER';
/** Stored in the function itself, so that removal needs nothing else. */
export const MARK_VARIABLE = 'SANDSCOPE_INSTRUMENTED';
const WRAPPER = '/opt/sandscope-exec';
const NEXT_WRAPPER_VARIABLE = 'SANDSCOPE_EXEC_WRAPPER';
/** Limit of AWS. */
const MAX_LAYERS = 5;

/** The previous and the new settings. */
interface Mark {
  readonly v: 1;
  readonly layer: string;
  /** The version of the layer that was already there. */
  readonly layerWas?: string;
  /** Replaced values; null if there was none. */
  readonly was: Readonly<Record<string, string | null>>;
  /** Prefix of the hash of each new value, because values may be secret and are already in the variables. */
  readonly set: Readonly<Record<string, string>>;
}

/** A function after removal of `instrument`'s changes. */
export interface Restored {
  readonly settings: FunctionSettings;
  readonly wasInstrumented: boolean;
  /** Variables that were changed by others since; they are not touched. */
  readonly changedSince: readonly string[];
}

/**
 * Restores the exact settings from before {@link instrument}; later changes by others are kept.
 *
 * @throws {CollectorError} `ERR_LAMBDA_VARIABLES` when the stored previous settings are unreadable
 */
export function restore(settings: FunctionSettings): Restored {
  const { [MARK_VARIABLE]: text, ...others } = settings.variables;
  const variables: Record<string, string> = others;
  if (text === undefined) return { settings, wasInstrumented: false, changedSince: [] };
  const { layer, layerWas, was, set } = readMark(text);
  const changedSince: string[] = [];
  for (const [name, before] of Object.entries(was)) {
    if (digestOf(variables[name]) !== set[name]) changedSince.push(name);
    else if (before === null) delete variables[name];
    else variables[name] = before;
  }
  const layers = settings.layers.flatMap((arn) => (arn === layer ? (layerWas ?? []) : arn));
  return { settings: { layers, variables }, wasInstrumented: true, changedSince };
}

/**
 * The settings of an instrumented function. If it is already instrumented, the result is the same as for the original
 * function, so repeating it changes nothing.
 *
 * @throws {CollectorError} `ERR_LAMBDA_WRAPPER`, `ERR_LAMBDA_LAYERS`, `ERR_LAMBDA_VARIABLES` on a conflict
 */
export function instrument(settings: FunctionSettings, wanted: Wanted): FunctionSettings {
  const { settings: before } = restore(settings);
  const { layers, layerWas } = withLayer(before.layers, wanted.layer);
  const set = {
    ...wrapperVariables(before.variables, wanted),
    ...endpointVariables(before.variables, wanted),
    ...headerVariables(before.variables, wanted),
  };
  const mark: Mark = {
    v: 1,
    layer: wanted.layer,
    ...(layerWas !== undefined && { layerWas }),
    was: mapValues(set, (_, name) => before.variables[name] ?? null),
    set: mapValues(set, digestOf),
  };
  return { layers, variables: { ...before.variables, ...set, [MARK_VARIABLE]: JSON.stringify(mark) } };
}

function withLayer(
  layers: readonly string[],
  layer: string,
): { readonly layers: readonly string[]; readonly layerWas?: string } {
  const nameOf = (arn: string): string => arn.replace(/:\d+$/, '');
  const layerWas = layers.find((arn) => nameOf(arn) === nameOf(layer));
  if (layerWas !== undefined) {
    return { layers: layers.map((arn) => (arn === layerWas ? layer : arn)), layerWas };
  }
  if (layers.length < MAX_LAYERS) return { layers: [...layers, layer] };
  throw new CollectorError(
    'ERR_LAMBDA_LAYERS',
    `the function has ${layers.length} layers, and AWS allows at most ${MAX_LAYERS}: remove one, or wrap the handler in its code`,
  );
}

type Variables = Readonly<Record<string, string>>;

function wrapperVariables(variables: Variables, { chainWrapper = false }: Wanted): Variables {
  const { [WRAPPER_VARIABLE]: wrapper, [NEXT_WRAPPER_VARIABLE]: next } = variables;
  if (wrapper === undefined || wrapper === WRAPPER) return { [WRAPPER_VARIABLE]: WRAPPER };
  if (!chainWrapper) {
    throw new CollectorError(
      'ERR_LAMBDA_WRAPPER',
      `the function is started by ${wrapper} (${WRAPPER_VARIABLE}), and Lambda runs only one script: --chain-wrapper runs it after Sandscope's`,
    );
  }
  if (next === undefined || next === wrapper)
    return { [WRAPPER_VARIABLE]: WRAPPER, [NEXT_WRAPPER_VARIABLE]: wrapper };
  throw new CollectorError(
    'ERR_LAMBDA_WRAPPER',
    `${NEXT_WRAPPER_VARIABLE} already names ${next}, so ${wrapper} cannot be chained`,
  );
}

/** The more specific variable takes precedence in the function, so if it is present, it is the one to set. */
function endpointVariables(variables: Variables, { endpoint, replace = false }: Wanted): Variables {
  const [name, value] =
    'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT' in variables
      ? ['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', `${endpoint.replace(/\/+$/, '')}/v1/traces`]
      : ['OTEL_EXPORTER_OTLP_ENDPOINT', endpoint];
  const before = variables[name];
  if (before === undefined || before === value || replace) return { [name]: value };
  throw new CollectorError(
    'ERR_LAMBDA_VARIABLES',
    `the function already sends telemetry to ${withoutUser(before)} (${name}): --replace sends it to ${endpoint} until uninstrument restores the other address`,
  );
}

function headerVariables(variables: Variables, { token, replace = false }: Wanted): Variables {
  if (token === undefined) return {};
  const specific = 'OTEL_EXPORTER_OTLP_TRACES_HEADERS';
  const name = specific in variables ? specific : 'OTEL_EXPORTER_OTLP_HEADERS';
  const headers = (variables[name] ?? '').split(',').filter((header) => header.trim() !== '');
  const others = headers.filter((header) => !/^\s*authorization\s*=/i.test(header));
  const ours = `authorization=${encodeURIComponent(`Bearer ${token.reveal()}`)}`;
  if (others.length === headers.length || headers.includes(ours) || replace)
    return { [name]: [...others, ours].join(',') };
  throw new CollectorError(
    'ERR_LAMBDA_VARIABLES',
    `${name} of the function already has an authorization: --replace replaces it with the collector's token until uninstrument`,
  );
}

function readMark(text: string): Mark {
  try {
    const mark = JSON.parse(text) as Partial<Mark> | null;
    if (mark?.v === 1 && typeof mark.layer === 'string' && mark.was && mark.set) return mark as Mark;
  } catch {
    // Treated like another version.
  }
  throw new CollectorError(
    'ERR_LAMBDA_VARIABLES',
    `${MARK_VARIABLE} of the function, which holds the previous settings, cannot be read by this version`,
  );
}

function digestOf(value: string | undefined): string {
  return createHash('sha256')
    .update(value ?? '')
    .digest('hex')
    .slice(0, 12);
}

function mapValues<Value>(
  record: Variables,
  map: (value: string, name: string) => Value,
): Record<string, Value> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value, name)]));
}

/** A URL may contain a password. */
export function withoutUser(url: string): string {
  return url.replace(/\/\/[^/@]*@/, '//…@');
}
