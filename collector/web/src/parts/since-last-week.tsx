import type { ReactNode } from 'react';
import type { ColdStartsAnswer, ColdStartsEntry } from '../api/answers.ts';
import { urlOf } from '../api/client.ts';
import { useAnswer } from '../api/use-answer.ts';
import type { Answer } from '../api/use-answer.ts';
import { To } from '../frame/to.tsx';
import { withQuery } from '../location.ts';
import type { Place } from '../location.ts';
import { boundsOf } from '../range.ts';
import type { TimeRange } from '../range.ts';
import { changeDetail, changeWords, weekChanges } from '../verdicts/last-week.ts';

const DAY_MS = 86_400_000;
/** Two weeks, plus the day in which the first of them begins. */
const DAYS = 15;

/** The range in which two whole weeks lie before the end of another, as parameters of an address. */
const twoWeeks = (range: TimeRange): { readonly from: string; readonly to?: string } =>
  range.isLive
    ? { from: `-${DAYS}d` }
    : { from: new Date(boundsOf(range, Date.now())[1] - DAYS * DAY_MS).toISOString(), to: range.to };

/** The causes of the last two weeks, whatever range is shown. Asked once: weeks change slowly. */
export const useTwoWeeks = (range: TimeRange): Answer<ColdStartsAnswer> =>
  useAnswer<ColdStartsAnswer>(urlOf('cold-starts', { ...twoWeeks(range), buckets: 1 }), false);

/** What changed since last week, with a link to the causes. @param there the page of the function's cold starts */
export function SinceLastWeek({
  answer,
  name,
  range,
  there,
}: {
  readonly answer: Answer<ColdStartsAnswer>;
  readonly name: string;
  readonly range: TimeRange;
  readonly there: Place;
}): ReactNode {
  if (answer.data === undefined) return <span className="dim">{answer.error ? 'not told' : ''}</span>;
  const entry = answer.data.functions.find((one) => one.function === name);
  const [first] = entry ? weekChanges(entry) : [];
  if (first === undefined) return <NoChange entry={entry} />;
  return (
    <>
      <To
        place={withQuery(there, { to: undefined, ...twoWeeks(range) })}
        className={first.verdict === 'less' ? 'better' : 'worse'}
      >
        {changeWords(first)}
      </To>
      <span className="second">{changeDetail(first)}</span>
    </>
  );
}

/** Without a change: whether there is none, or two weeks cannot be compared. */
function NoChange({ entry }: { readonly entry: ColdStartsEntry | undefined }): ReactNode {
  if (entry === undefined || entry.coldStarts === 0) return <span className="dim">few cold starts</span>;
  if (entry.changes.length > 0) return <span className="dim">no clear change</span>;
  return <span className="dim">needs two weeks</span>;
}
