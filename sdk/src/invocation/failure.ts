/** An invocation that failed although nothing was thrown: its answer says so. */
export class Failure {
  readonly type: string;
  readonly message: string;

  /** @param type becomes `error.type`: low cardinality, such as a status code */
  constructor(type: string, message = '') {
    this.type = type;
    this.message = message;
  }
}
