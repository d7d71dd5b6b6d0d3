import { useMemo } from 'react';
import type { ReactNode } from 'react';
import type { CostAnswer, CostEntry, MemoryAnswer, MemoryEntry } from '../api/answers.ts';
import { urlOf } from '../api/client.ts';
import { useSlowAnswer } from '../api/use-answer.ts';
import type { Answer } from '../api/use-answer.ts';
import { Chart } from '../canvas/chart.tsx';
import { drawIntervals, intervalsHeight } from '../charts/intervals.ts';
import { drawParts, partsHeight } from '../charts/parts.ts';
import { FirstRun } from '../frame/first-run.tsx';
import { evidenceOf } from '../frame/basis.ts';
import { Picture } from '../frame/picture.tsx';
import { NotEnough, NotKnowable } from '../frame/states.tsx';
import { MemoryCurves } from '../parts/memory-curves.tsx';
import { ShareForecast } from '../parts/share-forecast.tsx';
import { useScope } from '../parts/use-scope.ts';
import { machineVerdict, moneyParts, moneyVerdict } from '../verdicts/cost.ts';
import { count, counted, interval, money } from '../words.ts';
import { Bills } from '../parts/bills.tsx';

/** What do calls cost, where does the money go, and would other memory be cheaper or faster? */
export function Page(): ReactNode {
  const { query } = useScope();
  const cost = useSlowAnswer<CostAnswer>(urlOf('cost', query));
  const memory = useSlowAnswer<MemoryAnswer>(urlOf('memory', query));
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
      {entry?.basis.enough && entry.sizes.length > 1 && <ShareForecast entry={entry} />}
    </>
  );
}

/** The entry with most calls among those with enough data. */
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
