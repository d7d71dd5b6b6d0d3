import { useMemo } from 'react';
import type { ReactNode } from 'react';
import type { ColdStartsAnswer } from '../api/answers.ts';
import type { Answer } from '../api/use-answer.ts';
import { Chart } from '../canvas/chart.tsx';
import { causesOf, drawCauses } from '../charts/causes.ts';
import { Picture } from '../frame/picture.tsx';
import { NotEnough, NotKnowable } from '../frame/states.tsx';
import { causesVerdict } from '../verdicts.ts';
import { lastWeekSentence } from '../verdicts/last-week.ts';
import { counted, duration } from '../words.ts';

/** Why were they cold? The ledger of causes: their number, their share, and the waiting time that they cause. */
export function Causes({ answer }: { readonly answer: Answer<ColdStartsAnswer> }): ReactNode {
  const entries = answer.data?.functions ?? [];
  const causes = useMemo(() => causesOf(answer.data?.functions ?? []), [answer.data]);
  const draw = useMemo(() => drawCauses(causes), [causes]);
  const height = Math.max(1, causes.length) * 44 + 26;
  const n = entries.reduce((sum, { coldStarts }) => sum + coldStarts, 0);
  const named = causes.reduce((sum, cause) => sum + cause.named, 0);
  const told = entries.reduce((sum, { rate }) => sum + rate.n, 0);
  const verdict = causesVerdict(causes, n, told);
  const lacking = entries.flatMap(({ missing }) => missing)[0];
  return (
    <Picture
      name="causes"
      question="Why were they cold?"
      verdict={verdict}
      more={entries.length === 1 ? lastWeekSentence(entries[0]) : undefined}
      isSmall
      answer={answer}
      png={{ draw, height }}
      table={{
        columns: [
          { label: 'Cause' },
          { label: 'Cold starts, expected' },
          { label: 'Named surely' },
          { label: 'Share', unit: '1' },
          { label: 'Each costs', unit: 'ms' },
          { label: 'Waited', unit: 'ms' },
        ],
        rows: causes.map(({ words, expected, named: sure, share, costMs, waitedMs }) => [
          words,
          expected,
          sure,
          share,
          costMs,
          waitedMs,
        ]),
      }}
      evidence={{
        n: `${counted(n, 'cold start')}, of ${counted(named, 'of them', 'of them')} the cause is sure`,
        restsOn: 'which sandbox would have taken the call, and what became of it; probabilities are added up',
        missing: lacking && `${lacking.what} (${lacking.n} of ${lacking.needed})`,
        wrongIf: 'sandboxes ended for a reason that leaves no trace here',
      }}
      {...(n === 0 && {
        instead:
          told === 0 ? (
            <NotKnowable
              why="No call told whether a new sandbox served it."
              then="`faas.coldstart` on the spans tells it; a handler wrapped by `@sandscope/sdk` sends it."
            />
          ) : (
            <NotEnough what="There was no cold start to explain." have={0} need={1} of="cold starts" />
          ),
      })}
    >
      <Chart
        draw={draw}
        height={height}
        label={`${verdict} ${causes.map(({ words, waitedMs }) => `${words}: ${waitedMs === undefined ? 'wait unknown' : duration(waitedMs)}`).join('; ')}.`}
      />
    </Picture>
  );
}
