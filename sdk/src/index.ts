export { SdkError } from './errors.ts';
export type { SdkErrorCode } from './errors.ts';
export { ready, wrap } from './wrap.ts';
export type { WrapOptions } from './wrap.ts';
