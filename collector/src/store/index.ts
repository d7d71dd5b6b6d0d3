export type { Connection } from './client.ts';
export { startEngine } from './engine.ts';
export type { Engine, EngineLog, EngineOptions, EngineState } from './engine.ts';
export { SpanWriter } from './span-writer.ts';
export { Store } from './store.ts';
export type { QueryLimits } from './store.ts';
export type { AttributeType, AttributeTypes, SpanKind, StatusCode, TraceRow } from './trace-row.ts';
