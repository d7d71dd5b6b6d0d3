export { BodyBudget } from './body-budget.ts';
export * from './encode.ts';
export * from './encoding.ts';
export * from './limits.ts';
export * from './receiver.ts';
export * from './response.ts';
