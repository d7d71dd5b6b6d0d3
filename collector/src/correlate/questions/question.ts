import type { Static, TObject, TProperties } from '@fastify/type-provider-typebox';
import type { PriceBook } from '../../prices/index.ts';
import type { Cursor } from '../../schema/index.ts';
import type { Store } from '../../store/index.ts';
import type { HostOf } from '../hosts.ts';
import type { Scope } from '../scope.ts';
import type { Window } from '../window.ts';

/** Parameters of every question about a time range, besides its own. */
export interface RangeParameters {
  readonly from?: string;
  readonly to?: string;
  readonly function?: string;
  readonly version?: string;
  readonly region?: string;
  readonly account?: string;
}

/** One request of a question: its scope, and its data sources. */
export interface Asking<Parameters> {
  readonly store: Store;
  /** The requested range, cut to stored data, and the filters. */
  readonly scope: Scope;
  /** Validated by the question's own schema. */
  readonly parameters: Parameters;
  /** End of the previous page; only for a question with `pages`. */
  readonly cursor: Cursor | undefined;
  /** Price plans of the functions. */
  readonly prices: PriceBook;
  /** The judged sandboxes of the scope. @throws {CollectorError} `ERR_QUERY_LIMIT`, `ERR_ENGINE_UNAVAILABLE` */
  readonly window: () => Promise<Window>;
  /** Hosts by lifeline key, without judgement. @throws {CollectorError} as `window` */
  readonly hosts: () => Promise<ReadonlyMap<string, HostOf>>;
}

/** The result. */
export interface Answered<Body> {
  /** The answered scope: the requested one, extended to whole buckets where rollups were read. */
  readonly scope: Pick<Scope, 'fromMs' | 'toMs'>;
  /** There was more data than was examined, or than is in the answer. */
  readonly truncated: boolean;
  readonly body: Body;
}

/** The question's group in the API description. */
export type QuestionTag = 'functions' | 'sandboxes' | 'hosts' | 'cost';

/**
 * A question that the collector answers. `GET /api/v1/<name>`, its entry in the OpenAPI document, and
 * `sandscope query <name>` are derived from it.
 */
export interface QuestionOf<Asked extends TProperties, Body extends TProperties> {
  /** Kebab-case: the last part of the path. */
  readonly name: string;
  /** camelCase, unique; generated clients use it as the method name. */
  readonly operationId: string;
  /** One line. */
  readonly summary: string;
  /** Details beyond the summary. */
  readonly description?: string;
  readonly tag: QuestionTag;
  /** Its own parameters; every question also has time range, filters and format. */
  readonly asked: Asked;
  /** The answer, without its range and the `truncated` flag. */
  readonly answer: Body;
  /** The list of the answer for CSV and NDJSON: a property of `answer` that is an array of objects. */
  readonly list: keyof Body & string;
  /** The list is paged: a cursor among the parameters, and the next one in the answer. */
  readonly pages?: boolean;
  /** The question already uses a view, through `answerFrom`: a question that requests views must not run inside one. */
  readonly asksViews?: boolean;
  readonly ask: (asking: Asking<Static<TObject<Asked>>>) => Promise<Answered<Static<TObject<Body>>>>;
}

/** A question without its specific types. */
export type Question = Omit<QuestionOf<TProperties, TProperties>, 'ask' | 'list'> & {
  readonly list: string;
  readonly ask: (asking: Asking<never>) => Promise<Answered<object>>;
};

/** Checks a question against its schemas, as the compiler sees them. */
export function defineQuestion<Asked extends TProperties, Body extends TProperties>(
  question: QuestionOf<Asked, Body>,
): Question {
  return question;
}
