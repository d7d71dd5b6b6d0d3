import { useMemo } from 'react';
import type { ReactNode } from 'react';
import type { CostAnswer, CostEntry } from '../api/answers.ts';
import type { Answer } from '../api/use-answer.ts';
import { Chart } from '../canvas/chart.tsx';
import { drawIntervals, intervalsHeight } from '../charts/intervals.ts';
import { Picture } from '../frame/picture.tsx';
import { go, onPage } from '../location.ts';
import { useScope } from './use-scope.ts';
import { placeWords } from '../verdicts.ts';
import { nameOf } from '../verdicts/names.ts';
import { costVerdict } from '../verdicts/cost.ts';
import { count, counted, money, megabytes, moneyMark, share } from '../words.ts';
import { estimateCells, estimateColumns } from '../frame/table.tsx';

const part = (value: number | undefined): string => (value === undefined ? 'unknown' : share(value));

/** The cost of each function per month, and the share of it that is used. */
export function Bills({
  answer,
  entries,
}: {
  readonly answer: Answer<CostAnswer>;
  readonly entries: readonly CostEntry[];
}): ReactNode {
  const { place } = useScope();
  const draw = useMemo(
    () =>
      drawIntervals(
        entries.map((entry) => {
          const { perMonth, plan, function: name, memoryMb, deployment, efficiency, basis } = entry;
          const value = perMonth?.value;
          return {
            label: nameOf(entry, entries),
            note: `${placeWords(deployment)}${memoryMb === undefined ? '' : ` · ${megabytes(memoryMb)}`}`,
            value,
            low: perMonth?.low === undefined ? undefined : Math.max(0, perMonth.low),
            high: perMonth?.high,
            mark: 'bar',
            isSure: basis.enough,
            colour: 'c2',
            said: value === undefined ? (basis.missing[0] ?? 'no price') : money(value, plan?.currency),
            open: () => go({ ...onPage(place, 'cost'), scope: { function: name } }),
            opens: 'its cost',
            says: () => [
              `${name}: ${value === undefined ? 'no price' : `${money(value, plan?.currency)} a month`}`,
              `${count(entry.callsPerMonth)} calls a month, ${entry.perMillion?.total.value === undefined ? 'not priced' : `${money(entry.perMillion.total.value, plan?.currency)} a million`}`,
              `of what is billed, used: time ${part(efficiency.time)}, CPU ${part(efficiency.cpu)}, memory ${part(efficiency.memory)}`,
            ],
          };
        }),
        {
          kind: 'linear',
          say: (value) => moneyMark(value, entries[0]?.plan?.currency),
          title: 'a month, if it went on like this',
        },
      ),
    [entries, place],
  );
  const verdict = costVerdict(entries);
  const height = intervalsHeight(entries.length);
  const plans = [
    ...new Set(
      entries.flatMap(({ plan }) =>
        plan ? [`${plan.title}, ${plan.date}${plan.verified ? '' : ' (not all of it verified)'}`] : [],
      ),
    ),
  ];
  return (
    <Picture
      name="bills"
      question="What does it cost per month, and how much of that is used?"
      verdict={verdict}
      answer={answer}
      legend={[
        { mark: 'bar', colour: 'c2', label: 'a month', occurs: entries.some(({ basis }) => basis.enough) },
        { mark: 'line', colour: 'ink', label: '95 % interval' },
        {
          mark: 'hatch',
          colour: 'c2',
          label: 'a month, from few calls',
          occurs: entries.some(({ basis }) => !basis.enough),
        },
      ]}
      png={{ draw, height }}
      table={{
        columns: [
          { label: 'Function' },
          { label: 'Place' },
          { label: 'Version' },
          { label: 'Memory', unit: 'MB' },
          { label: 'Calls' },
          { label: 'Calls a month' },
          ...estimateColumns('A month'),
          { label: 'A million calls' },
          { label: 'Billed time', unit: 'ms' },
          { label: 'Time used', unit: '1' },
          { label: 'CPU used', unit: '1' },
          { label: 'Memory used', unit: '1' },
          { label: 'Initialisation', unit: '1' },
          { label: 'Plan' },
        ],
        rows: entries.map((entry) => [
          entry.function,
          placeWords(entry.deployment),
          entry.version,
          entry.memoryMb,
          entry.n,
          entry.callsPerMonth,
          ...estimateCells(entry.perMonth),
          entry.perMillion?.total.value,
          entry.billedMs.value,
          entry.efficiency.time,
          entry.efficiency.cpu,
          entry.efficiency.memory,
          entry.initialisationShare,
          entry.plan?.title,
        ]),
      }}
      evidence={{
        n: counted(
          entries.reduce((sum, { n }) => sum + n, 0),
          'call',
        ),
        restsOn: `each call rounded up as its plan says${plans.length === 0 ? '' : `; ${plans.join(', ')}, without free tiers`}`,
        missing: entries[0]?.basis.missing.join('; '),
        wrongIf: 'the range is not like the rest of the month',
      }}
    >
      <Chart draw={draw} height={height} label={verdict} />
    </Picture>
  );
}
