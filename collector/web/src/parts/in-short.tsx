import { useId } from 'react';
import type { ReactNode } from 'react';
import type { ColdStartsAnswer, KeepWarmAnswer, SurvivalAnswer } from '../api/answers.ts';
import { urlOf } from '../api/client.ts';
import { useSlowAnswer } from '../api/use-answer.ts';
import type { Answer } from '../api/use-answer.ts';
import { causesOf } from '../charts/causes.ts';
import { phasesOf } from '../charts/phases.ts';
import { To } from '../frame/to.tsx';
import { onPage } from '../location.ts';
import type { PageName, Place } from '../location.ts';
import { causesVerdict, keepAliveVerdict, keepWarmVerdict, phasesVerdict } from '../verdicts.ts';
import { hopsInShort } from '../verdicts/hops.ts';
import { placeOf, sorted } from './function-rows.ts';
import type { Row } from './function-rows.ts';

interface Props {
  readonly rows: readonly Row[];
  readonly place: Place;
  readonly query: Readonly<Record<string, string | undefined>>;
}

/** The most asked questions, answered of the function that callers wait for most, each with the page that shows it. */
export function InShort({ rows, place, query }: Props): ReactNode {
  const id = useId();
  const [first] = sorted(rows, '-waited');
  const name = first?.summary.function;
  const ask = (question: string, more: Readonly<Record<string, number>> = {}): string | undefined =>
    name === undefined ? undefined : urlOf(question, { ...query, function: name, ...more });
  const cold = useSlowAnswer<ColdStartsAnswer>(ask('cold-starts', { buckets: 1 }));
  const survival = useSlowAnswer<SurvivalAnswer>(ask('survival'));
  const warm = useSlowAnswer<KeepWarmAnswer>(ask('keep-warm'));
  if (!first || first.summary.cold === 0) return null;
  const there = placeOf(place, first.summary.function, rows);
  const entries = cold.data?.functions ?? [];
  const phases = phasesOf(entries);
  const longest = survival.data?.functions.toSorted(
    (a, b) => b.keepAlive.expectedDeaths - a.keepAlive.expectedDeaths,
  )[0];
  const coldStarts = entries.reduce((sum, entry) => sum + entry.coldStarts, 0);
  const told = entries.reduce((sum, { rate }) => sum + rate.n, 0);
  return (
    <section className="card in-short" aria-labelledby={id}>
      <h2 className="question" id={id}>
        In short, of <bdi>{first.summary.function}</bdi>
        {rows.length > 1 && ', for which callers wait most'}
      </h2>
      <dl>
        <Short page="cold-starts" there={there} question="What does a cold start cost?" answer={cold}>
          {phasesVerdict(phases.list, phases.n, phases.totalMs)}
        </Short>
        <Short page="cold-starts" there={there} question="Why were they cold?" answer={cold}>
          {causesVerdict(causesOf(entries), coldStarts, told)}
        </Short>
        <Short
          page="keep-warm"
          there={there}
          question="How long does an idle sandbox live?"
          answer={survival}
        >
          {keepAliveVerdict(longest?.keepAlive)}
        </Short>
        <Short page="keep-warm" there={there} question="What would keep it warm?" answer={warm}>
          {keepWarmVerdict(warm.data?.functions[0])}
        </Short>
        <Short page="hosts" there={place} question="Which functions change host?">
          {hopsInShort(rows.map(({ summary }) => summary))}
        </Short>
      </dl>
    </section>
  );
}

function Short({
  page,
  there,
  question,
  answer,
  children,
}: {
  readonly page: PageName;
  readonly there: Place;
  readonly question: string;
  readonly answer?: Answer<unknown>;
  readonly children: string;
}): ReactNode {
  // An old answer is about another function.
  const isOpen = answer !== undefined && (answer.data === undefined || answer.isOld);
  return (
    <div aria-busy={(isOpen && answer.error === undefined) || undefined}>
      <dt>
        <To className="link" place={onPage(there, page)}>
          {question}
        </To>
      </dt>
      <dd>{isOpen ? (answer.error ? 'The answer could not be loaded.' : 'Reading…') : children}</dd>
    </div>
  );
}
