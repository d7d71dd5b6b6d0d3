export { DEFAULT_KEY_PATTERNS, KeyMatcher } from './key-matcher.ts';
export * from './redactor.ts';
