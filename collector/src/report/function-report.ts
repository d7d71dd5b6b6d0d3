import { FUNCTION_CHARTS } from '../charts/function-registry.ts';
import type { ChartContext } from '../charts/picture.ts';
import { counted, name, span } from '../charts/words.ts';
import type { Gathered } from './gather.ts';
import type { Report } from './report.ts';

/** A collector's data about its functions, one section each. */
export function functionReport(
  { functions, seen, from, to }: Gathered,
  context: ChartContext,
  facts: readonly string[],
): Report {
  return {
    title: 'The servers behind these functions',
    facts: [`${span(Date.parse(from), Date.parse(to))}, ${counted(seen, 'function')}`, ...facts],
    sections: functions.map((answers) => ({
      heading: name(answers.summary.function, 200),
      pictures: FUNCTION_CHARTS.map((chart) => chart(answers, context)),
    })),
    remarks: [
      ...(functions.length === 0 ? ['No call was seen in this time.'] : []),
      ...(functions.length < seen
        ? [
            `The ${counted(functions.length, 'function')} whose callers waited most for cold starts; ${seen - functions.length} more were seen.`,
          ]
        : []),
    ],
  };
}
