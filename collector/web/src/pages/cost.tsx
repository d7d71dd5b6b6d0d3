import { useMemo } from 'react';
import type { ReactNode } from 'react';
import type { CostAnswer, CostEntry, MemoryAnswer, MemoryEntry } from '../api/answers.ts';
import { urlOf } from '../api/client.ts';
import { useAnswer } from '../api/use-answer.ts';
import type { Answer } from '../api/use-answer.ts';
import { Chart } from '../canvas/chart.tsx';
import { drawIntervals, intervalsHeight } from '../charts/intervals.ts';
import { drawParts, partsHeight } from '../charts/parts.ts';
import { FirstRun } from '../frame/first-run.tsx';
import { evidenceOf } from '../frame/basis.ts';
import { Picture } from '../frame/picture.tsx';
import { NotEnough, NotKnowable } from '../frame/states.tsx';
import { go, onPage } from '../location.ts';
import { MemoryCurves } from '../parts/memory-curves.tsx';
import { useScope } from '../parts/use-scope.ts';
import { placeWords } from '../verdicts.ts';
import { nameOf } from '../verdicts/names.ts';
import { costVerdict, machineVerdict, moneyParts, moneyVerdict } from '../verdicts/cost.ts';
import { count, counted, interval, money, megabytes, moneyMark, share } from '../words.ts';

/** What do calls cost, where does the money go, and would other memory be cheaper or faster? */
export function Page(): ReactNode {
  const { query } = useScope();
  const cost = useAnswer<CostAnswer>(urlOf('cost', query), false);
  const memory = useAnswer<MemoryAnswer>(urlOf('memory', query), false);
  const entry = useMemo(() => looked(memory.data?.functions ?? []), [memory.data]);
  const priced = useMemo(
    () =>
      (cost.data?.functions ?? []).toSorted(
        (a, b) => (b.perMonth?.value ?? -1) - (a.perMonth?.value ?? -1) || b.n - a.n,
      ),
    [cost.data],
  );
  if (cost.data && priced.length === 0 && !cost.isOld) return <FirstRun />;
  const own =
    priced.find((one) => one.function === entry?.function && one.memoryMb === entry.fromMb) ?? priced[0];
  const ownMemory = own?.function === entry?.function ? entry : undefined;
  return (
    <>
      <div className="columns two-one">
        <MemoryCurves answer={memory} entry={entry} />
        <div className="stack">
          <Money answer={cost} entry={own} memory={ownMemory} />
          <Machines answer={cost} entry={own} />
        </div>
      </div>
      <Bills answer={cost} entries={priced} />
    </>
  );
}

/** The one with most calls that is known well enough. */
const looked = (entries: readonly MemoryEntry[]): MemoryEntry | undefined =>
  entries.toSorted((a, b) => Number(b.basis.enough) - Number(a.basis.enough) || b.basis.n - a.basis.n)[0];

interface OneProps {
  readonly answer: Answer<CostAnswer>;
  readonly entry: CostEntry | undefined;
}

function Money({
  answer,
  entry,
  memory,
}: OneProps & { readonly memory: MemoryEntry | undefined }): ReactNode {
  const { query } = useScope();
  const parts = useMemo(() => moneyParts(entry, memory), [entry, memory]);
  const currency = entry?.plan?.currency;
  const draw = useMemo(
    () => drawParts(parts, (amount) => money(amount, currency), 'what a million calls cost'),
    [parts, currency],
  );
  const verdict = moneyVerdict(entry, parts);
  const height = partsHeight(parts.length);
  return (
    <Picture
      name="money"
      question={`Where does the money go?${query['function'] === undefined && entry ? ` (${entry.function})` : ''}`}
      verdict={verdict}
      isSmall
      answer={answer}
      png={{ draw, height }}
      table={{
        columns: [
          { label: 'Part' },
          { label: 'A million calls', unit: currency ?? 'currency' },
          { label: 'What it is' },
        ],
        rows: parts.map(({ name, amount, note }) => [name, amount, note]),
      }}
      evidence={evidenceOf(entry?.basis, counted(entry?.n ?? 0, 'call'), {
        interval: totalInterval(entry),
        wrongIf: 'another price plan or a discount holds for you',
      })}
      {...(parts.length === 0 && {
        instead: (
          <NotKnowable
            why="No price plan fits this function."
            then="Give your own with `--prices`, or choose one with `plan`."
          />
        ),
      })}
    >
      <Chart draw={draw} height={height} label={verdict} />
    </Picture>
  );
}

function totalInterval(entry: CostEntry | undefined): string | undefined {
  const { low, high } = entry?.perMillion?.total ?? {};
  if (low === undefined || high === undefined) return undefined;
  return `${interval(Math.max(0, low), high, (value) => money(value, entry?.plan?.currency))} a million`;
}

function Machines({ answer, entry }: OneProps): ReactNode {
  const machines = useMemo(
    () => (entry?.breakEven ?? []).toSorted((a, b) => a.requestsPerHour - b.requestsPerHour),
    [entry],
  );
  const draw = useMemo(
    () =>
      drawIntervals(
        machines.map(({ title, perHour, date, requestsPerHour, share: part }) => ({
          label: title,
          note: `${money(perHour)} an hour, ${date}`,
          value: requestsPerHour,
          mark: 'bar',
          colour: 'c0',
          tickAt: requestsPerHour * part,
          said: count(requestsPerHour),
          says: () => [
            title,
            `pays from ${count(requestsPerHour)} calls an hour on`,
            `now ${count(requestsPerHour * part)} an hour`,
          ],
        })),
        { kind: 'linear', say: count, title: 'calls an hour from which it pays' },
      ),
    [machines],
  );
  const verdict = machineVerdict(entry);
  const height = intervalsHeight(machines.length);
  return (
    <Picture
      name="machines"
      question="Would a rented machine cost less?"
      verdict={verdict}
      isSmall
      answer={answer}
      legend={[
        { mark: 'bar', colour: 'c0', label: 'pays from here on' },
        { mark: 'tick', colour: 'ink', label: 'calls now' },
      ]}
      png={{ draw, height }}
      table={{
        columns: [
          { label: 'Machine' },
          { label: 'Price', unit: '$ an hour' },
          { label: 'Of' },
          { label: 'Pays from', unit: 'calls an hour' },
          { label: 'Calls now, of that', unit: '1' },
        ],
        rows: machines.map((one) => [one.title, one.perHour, one.date, one.requestsPerHour, one.share]),
      }}
      evidence={
        entry && {
          n: counted(entry.n, 'call'),
          restsOn: 'the price of an hour by the price of a call, list prices',
          wrongIf: 'the machine cannot serve so many; its storage and your work are not in it',
        }
      }
      {...(machines.length === 0 && {
        instead: (
          <NotEnough
            what="Machines cannot be compared yet."
            have={entry?.basis.n ?? 0}
            need={entry?.basis.needed ?? 30}
            of="calls"
          />
        ),
      })}
    >
      <Chart draw={draw} height={height} label={verdict} />
    </Picture>
  );
}

const part = (value: number | undefined): string => (value === undefined ? 'not told' : share(value));

function Bills({
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
      question="What does it cost a month, and what of it is used?"
      verdict={verdict}
      answer={answer}
      legend={[
        { mark: 'bar', colour: 'c2', label: 'a month' },
        { mark: 'line', colour: 'ink', label: '95 % interval' },
        { mark: 'hatch', colour: 'c2', label: 'from few calls' },
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
          { label: 'A month' },
          { label: 'Low' },
          { label: 'High' },
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
          entry.perMonth?.value,
          entry.perMonth?.low,
          entry.perMonth?.high,
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
