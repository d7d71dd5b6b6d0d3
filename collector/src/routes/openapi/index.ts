/** The document that describes the API. */
export { documentOptions } from './document.ts';
