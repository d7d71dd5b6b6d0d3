/** Prices of functions: dated plans with their sources, and cost calculations. */
export { breakEvenPerHour } from './break-even.ts';
export { billedMemoryGb, billedMs, charge, MONTH_SECONDS, provisionedMonth } from './charge.ts';
export type { Charge } from './charge.ts';
export { PLANS } from './plans.ts';
export { PriceBook } from './price-book.ts';
export type { ChosenPlan, Priced } from './price-book.ts';
export type { PricePlan } from './price-plan.ts';
export { parsePlans } from './read-plans.ts';
