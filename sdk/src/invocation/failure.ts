/** An invocation that failed without anything thrown: it answered that it failed. */
export class Failure {
  readonly type: string;
  readonly message: string;

  /** @param type becomes `error.type`: low cardinality, such as a status code */
  constructor(type: string, message = '') {
    this.type = type;
    this.message = message;
  }
}
