import type { TObject, TProperties } from '@fastify/type-provider-typebox';
import { CursorParameter, listQuery } from '../../schema/index.ts';
import type { Question } from './question.ts';

/** The schema of all parameters of a question: time range, filters, format, its own parameters, its cursor. */
export function parametersOf({ asked, pages = false }: Pick<Question, 'asked' | 'pages'>): TObject {
  const own: TProperties = pages ? { ...asked, cursor: CursorParameter } : asked;
  return listQuery(own);
}
