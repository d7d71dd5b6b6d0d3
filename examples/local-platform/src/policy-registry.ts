import { fail, Fields } from './config/fields.ts';

export type PolicyParameters = Readonly<Record<string, number | string | readonly string[]>>;

/** A policy with its parameters, as in the configuration and in the truth file. */
export type PolicySpec = PolicyParameters & { readonly policy: string };

/** A policy's entry in its registry. */
export interface PolicyDefinition<Policy, Context = void> {
  /** Its name in the configuration. */
  readonly policy: string;
  /** Names of its parameters. */
  readonly fields: readonly string[];
  /** @throws {PlatformError} `ERR_CONFIG` for an invalid parameter */
  read(fields: Fields): {
    /** With the defaults filled in. */
    readonly parameters: PolicyParameters;
    start(context: Context): Policy;
  };
}

/** Policies of one kind, chosen in the configuration as `{"policy": …}` with their parameters. */
export class PolicyRegistry<Policy, Context = void> {
  readonly #definitions: readonly PolicyDefinition<Policy, Context>[];

  constructor(definitions: readonly PolicyDefinition<Policy, Context>[]) {
    this.#definitions = definitions;
  }

  /**
   * @param path name of the field in messages
   * @returns with defaults filled in
   * @throws {PlatformError} `ERR_CONFIG`
   */
  parse(path: string, value: unknown): PolicySpec {
    const { policy, parameters } = this.#read(path, value);
    return { policy, ...parameters };
  }

  /** @param spec from `parse` */
  start(spec: PolicySpec, context: Context): Policy {
    return this.#read('', spec).start(context);
  }

  #read(
    path: string,
    value: unknown,
  ): ReturnType<PolicyDefinition<Policy, Context>['read']> & { readonly policy: string } {
    const name = typeof value === 'object' && value !== null && 'policy' in value ? value.policy : undefined;
    const definition =
      this.#definitions.find(({ policy }) => policy === name) ??
      fail(`${path}.policy`, `one of ${this.#definitions.map(({ policy }) => policy).join(', ')}`, name);
    const { policy, fields } = definition;
    return { policy, ...definition.read(new Fields(path, value, ['policy', ...fields])) };
  }
}
