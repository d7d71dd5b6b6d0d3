export { jaegerApi } from './jaeger-api.ts';
