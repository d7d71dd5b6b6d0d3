export * from './decode.ts';
export * from './encoding.ts';
export * from './receiver.ts';
export * from './response.ts';
export type { DecodedSpan } from './span-row.ts';
