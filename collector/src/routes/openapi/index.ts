/** The OpenAPI document of the API. */
export { documentOptions } from './document.ts';
