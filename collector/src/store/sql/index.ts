/** SQL for others: the views, and what a statement about them may be. */
export { AllowedFunctions } from './allowed-functions.ts';
export type { Run } from './allowed-functions.ts';
export { checkStatement, RefusedStatement } from './check-statement.ts';
export { SQL_VIEWS, viewStatements } from './views.ts';
