export { jaegerApi } from './jaeger-api.ts';
export { CallSealer } from './dependencies/index.ts';
