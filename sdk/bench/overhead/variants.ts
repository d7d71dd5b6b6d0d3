/** One instrumentation of the hello handler. */
export interface Variant {
  readonly id: string;
  readonly title: string;
  /** File in `handlers/`; its extension is the module format. */
  readonly handler: string;
  /** The variant it is compared with: the bare handler in the same module format. Absent for the bare ones. */
  readonly baseline?: string;
  /** Whether it needs the packages in `peers/`. */
  readonly peer: boolean;
  /** Packages named in reports, with their versions. */
  readonly packages: readonly string[];
  /** A file in `peers/` that is loaded before the handler, and those that are bundled and minified beside it. */
  readonly preload?: { readonly file: string; readonly bundle: readonly string[] };
  readonly environment?: Readonly<Record<string, string>>;
  /** The sink of its data; a variant that delivers nothing was not measured at work. */
  readonly delivers?: 'spans' | 'datagrams' | 'stdout';
  /** An invocation takes so long that fewer are made. */
  readonly slow?: boolean;
}

// Both OpenTelemetry variants record only traces, as Sandscope does.
const TRACES_ONLY = { OTEL_METRICS_EXPORTER: 'none', OTEL_LOGS_EXPORTER: 'none', OTEL_SERVICE_NAME: 'hello' };

/** All variants, the bare handlers first. */
export const VARIANTS: readonly Variant[] = [
  { id: 'bare-esm', title: 'bare handler (ESM)', handler: 'bare.mjs', peer: false, packages: [] },
  { id: 'bare-cjs', title: 'bare handler (CommonJS)', handler: 'bare.cjs', peer: false, packages: [] },
  {
    id: 'sandscope-esm',
    title: 'Sandscope (ESM)',
    handler: 'sandscope.mjs',
    baseline: 'bare-esm',
    peer: false,
    packages: ['@sandscope/sdk'],
    delivers: 'spans',
  },
  {
    id: 'sandscope-cjs',
    title: 'Sandscope (CommonJS)',
    handler: 'sandscope.cjs',
    baseline: 'bare-cjs',
    peer: false,
    packages: ['@sandscope/sdk'],
    delivers: 'spans',
  },
  {
    id: 'otel-sdk-node',
    title: 'OpenTelemetry sdk-node',
    handler: 'bare.cjs',
    baseline: 'bare-cjs',
    peer: true,
    packages: ['@opentelemetry/sdk-node', '@opentelemetry/instrumentation-aws-lambda'],
    preload: { file: 'sdk-node.cjs', bundle: [] },
    environment: TRACES_ONLY,
    delivers: 'spans',
  },
  {
    id: 'otel-layer',
    title: 'OpenTelemetry, bundled as its Lambda layer',
    handler: 'bare.cjs',
    baseline: 'bare-cjs',
    peer: true,
    packages: ['@opentelemetry/sdk-trace', '@opentelemetry/instrumentation-aws-lambda'],
    preload: { file: 'layer-init.mjs', bundle: ['layer.cjs'] },
    environment: TRACES_ONLY,
    delivers: 'spans',
  },
  {
    id: 'otel-layer-no-hook',
    title: 'OpenTelemetry, bundled, without the import hook',
    handler: 'bare.cjs',
    baseline: 'bare-cjs',
    peer: true,
    packages: ['@opentelemetry/sdk-trace', '@opentelemetry/instrumentation-aws-lambda'],
    preload: { file: 'layer.cjs', bundle: ['layer.cjs'] },
    environment: TRACES_ONLY,
    delivers: 'spans',
  },
  {
    id: 'powertools',
    title: 'AWS Lambda Powertools Tracer',
    handler: 'powertools.cjs',
    baseline: 'bare-cjs',
    peer: true,
    packages: ['@aws-lambda-powertools/tracer'],
    delivers: 'datagrams',
  },
  {
    id: 'datadog',
    title: 'Datadog',
    handler: 'datadog.cjs',
    baseline: 'bare-cjs',
    peer: true,
    packages: ['datadog-lambda-js', 'dd-trace'],
    // Without Datadog's extension, which is detected by a file under /opt: traces leave through the log.
    environment: { DD_FLUSH_TO_LOG: 'true', DD_SERVICE: 'hello' },
    delivers: 'stdout',
  },
  {
    id: 'saaf-style',
    title: 'SAAF-style inspector (nine shells, their CPU not counted)',
    handler: 'saaf-style.cjs',
    baseline: 'bare-cjs',
    peer: false,
    packages: [],
    slow: true,
  },
];

/**
 * The requested variants, with the bare handlers that they are compared with.
 *
 * @param only ids, or their first parts (`sandscope` for `sandscope-esm` and `sandscope-cjs`); undefined for all
 * @throws {RangeError} if one names no variant
 */
export function selectVariants(only: readonly string[] | undefined): readonly Variant[] {
  if (only === undefined) return VARIANTS;
  const matches = (id: string, name: string): boolean => id === name || id.startsWith(`${name}-`);
  const unknown = only.find((name) => !VARIANTS.some(({ id }) => matches(id, name)));
  if (unknown !== undefined)
    throw new RangeError(`no variant "${unknown}"; there are ${VARIANTS.map(({ id }) => id).join(', ')}`);
  const chosen = VARIANTS.filter(({ id }) => only.some((name) => matches(id, name)));
  const baselines = new Set(chosen.map(({ baseline }) => baseline));
  return VARIANTS.filter((variant) => chosen.includes(variant) || baselines.has(variant.id));
}
