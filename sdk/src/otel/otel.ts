/** For programs that run OpenTelemetry: Sandscope's facts on its spans. */
export { sandscopeDetector } from './detector.ts';
export { SandscopeSpanProcessor } from './processor.ts';
export { register } from './register.ts';
