import { RESULT_SCHEMA_VERSION } from './result.ts';

const text = { type: 'string' } as const;
const number = { type: 'number' } as const;
const count = { type: 'integer', minimum: 0 } as const;
const counts = { type: 'object', additionalProperties: count } as const;

const facts = {
  type: 'object',
  properties: {
    startUnixMs: number,
    endUnixMs: number,
    durationMs: number,
    cpuMs: number,
    ordinal: count,
    memoryMb: number,
    kernelBootId: text,
    version: text,
    initMs: number,
    measured: {
      type: 'object',
      additionalProperties: { anyOf: [number, { type: 'array', items: number }] },
    },
  },
} as const;

const provider = {
  type: 'object',
  properties: {
    durationMs: number,
    billedMs: number,
    initMs: number,
    memoryMb: number,
    maxMemoryUsedMb: number,
    version: text,
    requestId: text,
  },
} as const;

const sample = {
  type: 'object',
  required: ['index', 'unit', 'role', 'outcome', 'scheduledMs', 'sentMs', 'start'],
  properties: {
    index: count,
    unit: text,
    role: text,
    outcome: { enum: ['ok', 'error', 'discarded'] },
    error: {
      type: 'object',
      required: ['code', 'message'],
      properties: { code: text, message: text },
    },
    discarded: text,
    scheduledMs: number,
    sentMs: number,
    connectedMs: number,
    firstByteMs: number,
    endMs: number,
    httpStatus: count,
    start: { enum: ['cold', 'warm', 'unknown'] },
    startGround: { enum: ['answer', 'collector', 'log', 'latency'] },
    sandboxId: text,
    hostId: text,
    traceId: text,
    functionName: text,
    requestBytes: count,
    responseBytes: count,
    idleBeforeMs: number,
    idleMeasuredMs: number,
    width: count,
    memoryMb: number,
    cell: {
      type: 'object',
      additionalProperties: { anyOf: [text, number, { type: 'boolean' }] },
    },
    function: facts,
    provider,
  },
} as const;

/**
 * JSON Schema (2020-12) of `result.json`, used to read a file of unknown origin. Fields that are not named here are
 * allowed; the summary depends on the experiment, named by `experiment`.
 */
export const RESULT_SCHEMA = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'Result of a Sandscope experiment',
  type: 'object',
  required: [
    'schema',
    'experiment',
    'tool',
    'runId',
    'startedAt',
    'endedAt',
    'startedUnixMs',
    'complete',
    'machine',
    'seed',
    'timeScale',
    'target',
    'parameters',
    'plan',
    'counts',
    'clockSteps',
    'samples',
    'summary',
    'verdict',
    'missing',
  ],
  properties: {
    schema: { const: RESULT_SCHEMA_VERSION },
    experiment: text,
    tool: {
      type: 'object',
      required: ['name', 'version'],
      properties: { name: { const: 'sandscope' }, version: text },
    },
    runId: text,
    startedAt: text,
    endedAt: text,
    startedUnixMs: number,
    complete: { type: 'boolean' },
    machine: {
      type: 'object',
      required: ['cpuModel', 'cpuCount', 'memoryBytes', 'os', 'nodeVersion'],
      properties: {
        cpuModel: text,
        cpuCount: count,
        memoryBytes: number,
        os: text,
        nodeVersion: text,
        eventLoopDelayMaxMs: number,
      },
    },
    seed: number,
    timeScale: { type: 'number', exclusiveMinimum: 0 },
    target: {
      type: 'object',
      required: ['kind'],
      properties: {
        kind: { enum: ['http', 'lambda', 'local'] },
        name: text,
        identity: { type: 'object', additionalProperties: text },
      },
    },
    parameters: { type: 'object' },
    plan: {
      type: 'object',
      required: ['units', 'calls', 'durationMs'],
      properties: {
        units: count,
        calls: count,
        durationMs: number,
        cost: {
          type: 'object',
          required: ['amount', 'currency', 'pricePlan'],
          properties: { amount: number, currency: text, pricePlan: text },
        },
      },
    },
    counts: {
      type: 'object',
      required: ['ok', 'errors', 'discarded'],
      properties: { ok: count, errors: counts, discarded: counts },
    },
    clockSteps: {
      type: 'array',
      items: { type: 'object', required: ['atMs', 'stepMs'], properties: { atMs: number, stepMs: number } },
    },
    samples: { type: 'array', items: sample },
    summary: { type: 'object' },
    verdict: text,
    missing: {
      type: 'array',
      items: {
        type: 'object',
        required: ['column', 'reason'],
        properties: { column: text, reason: text },
      },
    },
  },
} as const;
