/** The exchange took longer than its `timeoutMillis`. */
export class HttpTimeout extends Error {
  override readonly name = 'HttpTimeout';

  constructor(timeoutMillis: number) {
    super(`no answer in ${Math.round(timeoutMillis)} ms`);
  }
}
