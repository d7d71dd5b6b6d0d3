/** Identifies a deployed function. */
export interface FunctionId {
  readonly name: string;
  /** `AWS_REGION` of its sandboxes. */
  readonly region: string;
  /** Twelve digits. */
  readonly account: string;
}

/** A caller's reference to a function; parts that it leaves out match anything. */
export type FunctionReference = Pick<FunctionId, 'name'> & Partial<FunctionId>;

export function functionArn({ name, region, account }: FunctionId): string {
  return `arn:aws:lambda:${region}:${account}:function:${name}`;
}

/** Parses the Invoke API's forms: a name, `account:function:name`, or an ARN, each with or without a version. */
export function readFunctionReference(text: string): FunctionReference {
  const [, region, account, partial] =
    /^arn:[^:]*:lambda:([^:]*):([^:]*):function:(.*)$/.exec(text) ??
    /^()(\d{12}):function:(.*)$/.exec(text) ??
    [];
  const name = (partial ?? text).split(':', 1)[0] ?? '';
  return { name, ...(region && { region }), ...(account && { account }) };
}

/** Whether a reference matches a function. */
export function isMeant({ name, region, account }: FunctionReference, id: FunctionId): boolean {
  return name === id.name && (region ?? id.region) === id.region && (account ?? id.account) === id.account;
}
