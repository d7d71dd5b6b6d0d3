import { Type } from '@fastify/type-provider-typebox';
import type { TObject, TProperties } from '@fastify/type-provider-typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { askAsOfView, readNow } from '../correlate/index.ts';
import type { Reading } from '../correlate/index.ts';
import { parametersOf, planFor, QUESTIONS } from '../correlate/questions/index.ts';
import type { Answered, Question, RangeParameters } from '../correlate/questions/index.ts';
import { PriceBook } from '../prices/index.ts';
import {
  DATED_KEY_LENGTH,
  NextCursor,
  rangeAnswers,
  rangeOf,
  rangeOfCursor,
  readCursor,
} from '../schema/index.ts';
import type { Format } from '../schema/index.ts';
import { scopeOf } from './api.ts';
import type { Api, QueryApiOptions } from './api.ts';
import { listed } from './list.ts';

type Parameters = RangeParameters & { readonly format?: Format; readonly cursor?: string };

/** `GET /api/v1/<name>` for each registered question. */
export function questionRoutes(
  app: Api,
  options: QueryApiOptions,
  questions: readonly Question[] = QUESTIONS,
): void {
  const prices = options.prices ?? new PriceBook();
  for (const question of questions) questionRoute(app, options, question, prices);
}

function questionRoute(app: Api, options: QueryApiOptions, question: Question, prices: PriceBook): void {
  const { name, operationId, summary, description, tag, list, pages = false } = question;
  const title = name.replaceAll(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase());
  const item = entryOf(question, title);
  const { description: about } = question.answer[list] as { readonly description?: string };
  const entries = Type.Array(item, { description: about ?? `The answer, entry by entry. ${summary}.` });
  const body: TProperties = { ...question.answer, [list]: entries, ...(pages && { nextCursor: NextCursor }) };
  const own = (parameters: object): string =>
    JSON.stringify(
      Object.entries(parameters)
        .filter(([key]) => key in question.asked)
        .toSorted(([a], [b]) => (a < b ? -1 : 1)),
    );
  app.route({
    method: 'GET',
    url: `/api/v1/${name}`,
    schema: {
      operationId,
      summary,
      ...(description !== undefined && { description }),
      tags: [tag],
      querystring: parametersOf(question),
      response: rangeAnswers(body, `${title}Answer`),
    },
    handler: async (request: FastifyRequest, reply: FastifyReply) => {
      const parameters = request.query as Parameters & { readonly plan?: string };
      // Refused even if there is nothing to price.
      if (parameters.plan !== undefined) planFor(prices, parameters.plan, {});
      const cursor = pages ? readCursor(parameters.cursor, DATED_KEY_LENGTH) : undefined;
      const { store, scope } = await scopeOf(options, { ...parameters, ...rangeOfCursor(cursor) });
      const ask = (reading: Reading): Promise<Answered<object>> =>
        question.ask({ store, parameters: parameters as never, cursor, prices, ...reading });
      const answered = await (question.asksViews === true || pages
        ? ask(readNow(store, scope))
        : askAsOfView(store, scope, `${name} ${own(parameters)}`, ask));
      const answer = { ...rangeOf(answered.scope), truncated: answered.truncated, ...answered.body };
      const { format = 'json' } = parameters;
      if (format !== 'json') return listed(reply, format, answer, list as keyof typeof answer, item);
      const json = serialised.get(answered) ?? Buffer.from(reply.serialize(answer) as string);
      serialised.set(answered, json);
      return reply.type('application/json; charset=utf-8').send(json);
    },
  });
}

/** JSON of answers: everyone who asks within one view gets the same, and writing a hundred thousand points takes long. */
const serialised = new WeakMap<Answered<object>, Buffer>();

/** The schema of the list's entries; one without a title is named after the question. */
function entryOf({ name, answer, list }: Question, title: string): TObject {
  const { items } = (answer[list] ?? {}) as { readonly items?: TObject };
  if (items === undefined || !('properties' in items))
    throw new TypeError(`question ${name}: ${list} is not a list of objects in its answer`);
  const { description, title: own = `${title}Entry` } = items as { description?: string; title?: string };
  return Type.Object(items.properties, { title: own, ...(description !== undefined && { description }) });
}
