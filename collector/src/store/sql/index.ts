/** SQL for users: the views, and the check of statements on them. */
export { AllowedFunctions } from './allowed-functions.ts';
export type { Run } from './allowed-functions.ts';
export { checkStatement, RefusedStatement } from './check-statement.ts';
export { SQL_VIEWS, sharedViewStatements, viewStatements } from './views.ts';
