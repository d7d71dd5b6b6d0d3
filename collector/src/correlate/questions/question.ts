import type { Static, TObject, TProperties } from '@fastify/type-provider-typebox';
import type { PriceBook } from '../../prices/index.ts';
import type { Cursor } from '../../schema/index.ts';
import type { Store } from '../../store/index.ts';
import type { HostOf } from '../hosts.ts';
import type { Scope } from '../scope.ts';
import type { Window } from '../window.ts';

/** What every question about a time range may be asked with, beside its own parameters. */
export interface RangeParameters {
  readonly from?: string;
  readonly to?: string;
  readonly function?: string;
  readonly version?: string;
  readonly region?: string;
  readonly account?: string;
}

/** One asking of a question: what about, and the evidence to answer from. */
export interface Asking<Parameters> {
  readonly store: Store;
  /** The range asked for, cut to what is stored, and the filters. */
  readonly scope: Scope;
  /** Validated by the question's own schema. */
  readonly parameters: Parameters;
  /** Where the page before ended; only of a question with `pages`. */
  readonly cursor: Cursor | undefined;
  /** What functions are paid by. */
  readonly prices: PriceBook;
  /** The judged sandboxes of the scope. @throws {CollectorError} `ERR_QUERY_LIMIT`, `ERR_ENGINE_UNAVAILABLE` */
  readonly window: () => Promise<Window>;
  /** Hosts by lifeline key: all that is known of them, and nothing judged. @throws {CollectorError} as `window` */
  readonly hosts: () => Promise<ReadonlyMap<string, HostOf>>;
}

/** What was found. */
export interface Answered<Body> {
  /** What is answered for: what was asked, moved to whole buckets where rollups were read. */
  readonly scope: Pick<Scope, 'fromMs' | 'toMs'>;
  /** There was more than was looked at, or than is in the answer. */
  readonly truncated: boolean;
  readonly body: Body;
}

/** Where a question is found in the description of the API. */
export type QuestionTag = 'functions' | 'sandboxes' | 'hosts' | 'cost';

/**
 * A question that the collector answers: `GET /api/v1/<name>`, its place in the OpenAPI document, and
 * `sandscope query <name>` follow from it.
 */
export interface QuestionOf<Asked extends TProperties, Body extends TProperties> {
  /** Kebab-case: the last part of the path. */
  readonly name: string;
  /** camelCase, unique; generated clients name their method by it. */
  readonly operationId: string;
  /** One line. */
  readonly summary: string;
  /** What the summary leaves open. */
  readonly description?: string;
  readonly tag: QuestionTag;
  /** Parameters of its own; time range, filters and format are there for each. */
  readonly asked: Asked;
  /** The answer, besides its range and whether it was cut. */
  readonly answer: Body;
  /** The list of the answer that CSV and NDJSON write: a property of `answer` that is an array of objects. */
  readonly list: keyof Body & string;
  /** The list comes in pages: a cursor among the parameters, and the next one in the answer. */
  readonly pages?: boolean;
  /** Its answer is as of a view already, by `answerFrom`: what asks views must not be asked by one. */
  readonly asksViews?: boolean;
  readonly ask: (asking: Asking<Static<TObject<Asked>>>) => Promise<Answered<Static<TObject<Body>>>>;
}

/** A question among others, its own types forgotten. */
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
