export { bootClock } from '../clock/boot-clock.ts';
export { parseTraceHeaders } from '../trace/trace-context.ts';
export { createCarrier } from './carrier.ts';
export { SpanPipeline } from './span-pipeline.ts';
