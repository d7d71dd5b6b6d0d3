import { useMemo } from 'react';
import type { ReactNode } from 'react';
import type { MemoryAnswer, MemoryEntry } from '../api/answers.ts';
import type { Answer } from '../api/use-answer.ts';
import { Chart } from '../canvas/chart.tsx';
import { drawMemory, MEMORY_HEIGHT } from '../charts/memory.ts';
import { evidenceOf } from '../frame/basis.ts';
import { Chip } from '../frame/chip.tsx';
import { Picture } from '../frame/picture.tsx';
import { Segments } from '../frame/segments.tsx';
import { NotEnough, NotKnowable } from '../frame/states.tsx';
import { go, withQuery } from '../location.ts';
import { followsLaw, measuredMs, memoryVerdict, sizeFor } from '../verdicts/cost.ts';
import type { Goal } from '../verdicts/cost.ts';
import { change, count, counted, duration, megabytes, money } from '../words.ts';
import { useScope } from './use-scope.ts';
import { estimateColumns } from '../frame/table.tsx';

const GOALS = [
  ['cheapest', 'Cheapest'],
  ['balanced', 'Balanced'],
  ['fastest', 'Fastest'],
] as const satisfies readonly (readonly [Goal, string])[];

const CPU_FROM: Readonly<Record<string, string>> = {
  measured: 'predicted from CPU time',
  'whole-cpu': 'predicted from a whole CPU',
  'first-period': 'predicted from unthrottled calls',
  stair: 'predicted from the stair',
};

interface Props {
  readonly answer: Answer<MemoryAnswer>;
  readonly entry: MemoryEntry | undefined;
}

/** Would other memory be cheaper or faster? Two curves over all sizes, and the sizes that matter side by side. */
export function MemoryCurves({ answer, entry }: Props): ReactNode {
  const { place, query } = useScope();
  const asked = place.query.get('goal');
  const goal: Goal = GOALS.find(([value]) => value === asked)?.[0] ?? 'cheapest';
  // If the quota is not enforced, there is no advice.
  const wanted = entry && followsLaw(entry) ? sizeFor(entry, goal) : undefined;
  const draw = useMemo(() => {
    if (!entry) return undefined;
    const chosen = [
      ...(entry.fromMb === undefined ? [] : [{ memoryMb: entry.fromMb, words: 'now' }]),
      ...(wanted && wanted.memoryMb !== entry.fromMb ? [{ memoryMb: wanted.memoryMb, words: 'try' }] : []),
      ...(entry.fastestMb === undefined || [wanted?.memoryMb, entry.fromMb].includes(entry.fastestMb)
        ? []
        : [{ memoryMb: entry.fastestMb, words: 'fastest' }]),
    ];
    return drawMemory(entry, chosen);
  }, [entry, wanted]);
  const verdict = memoryVerdict(entry, goal);
  const currency = entry?.plan?.currency;
  const hasCurve = entry !== undefined && entry.basis.enough && entry.sizes.length > 1;
  return (
    <Picture
      name="memory"
      question={`Would other memory be cheaper or faster?${query['function'] === undefined && entry ? ` (${entry.function})` : ''}`}
      verdict={verdict}
      answer={answer}
      chips={hasCurve && <Chip how="inferred">{CPU_FROM[entry.cpuFrom ?? ''] ?? 'predicted'}</Chip>}
      controls={
        hasCurve && (
          <Segments
            label="Aim"
            value={goal}
            options={GOALS}
            onChoose={(value) =>
              go(withQuery(place, { goal: value === 'cheapest' ? undefined : value }), true)
            }
          />
        )
      }
      legend={[
        { mark: 'line', colour: 'c4', label: 'mean time, with its interval' },
        { mark: 'dashed', colour: 'c2', label: 'cost' },
        { mark: 'dot', colour: 'c4', label: 'measured' },
        { mark: 'dotted', colour: 'line', label: 'assumed by most tools' },
      ]}
      {...(draw && hasCurve && { png: { draw, height: MEMORY_HEIGHT } })}
      table={{
        columns: [
          { label: 'Memory', unit: 'MB' },
          { label: 'CPUs' },
          ...estimateColumns('Time', 'ms'),
          { label: 'A million calls', unit: currency ?? 'currency' },
          { label: 'Holds what was used' },
        ],
        rows: (entry?.sizes ?? []).map(({ memoryMb, vcpus, meanMs, perMillion, fits }) => [
          memoryMb,
          vcpus,
          meanMs.value,
          meanMs.low,
          meanMs.high,
          perMillion,
          fits === undefined ? undefined : fits ? 'yes' : 'no',
        ]),
      }}
      evidence={evidenceOf(entry?.basis, measuredWords(entry), {
        complete: checkedWords(entry),
        wrongIf: 'code runs on several threads, or I/O is faster with more memory',
      })}
      {...(!hasCurve && {
        instead:
          entry && !entry.basis.enough ? (
            <NotEnough
              what="Other sizes cannot be predicted yet."
              have={entry.basis.n}
              need={entry.basis.needed}
              of="warm calls at one size without overlap"
              said={saidAlready(entry)}
            />
          ) : (
            <NotKnowable
              why="How this platform assigns CPU to memory is unknown."
              then="It is known for AWS Lambda and Google's functions; the function must report its memory (`faas.max_memory`)."
            />
          ),
      })}
    >
      {draw && <Chart draw={draw} height={MEMORY_HEIGHT} label={verdict} />}
      {entry && hasCurve && <SideBySide entry={entry} wantedMb={wanted?.memoryMb} />}
    </Picture>
  );
}

/** `267 calls at 512 MB`, all CPU models together. */
function measuredWords(entry: MemoryEntry | undefined): string {
  const sizes = new Map<number, number>();
  for (const { memoryMb, n } of entry?.measured ?? []) sizes.set(memoryMb, (sizes.get(memoryMb) ?? 0) + n);
  return (
    [...sizes].map(([memoryMb, n]) => `${counted(n, 'call')} at ${megabytes(memoryMb)}`).join(', ') ||
    '0 calls'
  );
}

function saidAlready(entry: MemoryEntry): string | undefined {
  const [first] = entry.measured;
  return (
    first &&
    `at ${megabytes(first.memoryMb)} a warm call takes ${duration(first.meanMs)} (mean of ${count(first.n)})`
  );
}

function checkedWords(entry: MemoryEntry | undefined): string | undefined {
  const [first] = entry?.checked ?? [];
  return (
    first &&
    `at ${megabytes(first.memoryMb)} ${duration(first.predictedMs)} predicted, ${duration(first.measuredMs)} seen`
  );
}

const USUAL = [128, 256, 512, 1024, 1769, 2048, 3008];

const against = (after: number | undefined, before: number | undefined): string =>
  after === undefined || before === undefined || before === 0 ? '' : change(after / before - 1);

function SideBySide({
  entry,
  wantedMb,
}: {
  readonly entry: MemoryEntry;
  readonly wantedMb: number | undefined;
}): ReactNode {
  const { sizes, fromMb, fastestMb, cheapestMb, plan } = entry;
  const chosen = new Set([...USUAL, fromMb, fastestMb, cheapestMb, wantedMb]);
  const now = sizes.find(({ memoryMb }) => memoryMb === fromMb);
  const seen = Math.max(...entry.sizes.map(({ memoryMb }) => memoryMb).filter((mb) => chosen.has(mb)));
  return (
    <div className="scroll" tabIndex={0} role="region" aria-label="Sizes side by side">
      <table className="data">
        <thead>
          <tr>
            <th scope="col">Memory</th>
            <th scope="col" className="num">
              Time
            </th>
            <th scope="col" className="num">
              A million calls
            </th>
            <th scope="col" className="num wide-only">
              Time against now
            </th>
            <th scope="col" className="num wide-only">
              Cost against now
            </th>
          </tr>
        </thead>
        <tbody>
          {sizes
            .filter(({ memoryMb, fits }) => chosen.has(memoryMb) && memoryMb <= seen && fits !== false)
            .map(({ memoryMb, meanMs, perMillion }) => (
              <tr
                key={memoryMb}
                className={memoryMb === wantedMb && memoryMb !== fromMb ? 'is-chosen' : undefined}
              >
                <td>
                  <b>{megabytes(memoryMb)}</b>
                  {memoryMb === fromMb && ' now'}
                </td>
                <td className="num">
                  {meanMs.value === undefined ? 'unknown' : duration(meanMs.value)}
                  {memoryMb !== fromMb && (
                    <span className="second narrow-only">{against(meanMs.value, now?.meanMs.value)}</span>
                  )}
                </td>
                <td className="num">
                  {perMillion === undefined ? 'no plan' : money(perMillion, plan?.currency)}
                  {memoryMb !== fromMb && (
                    <span className="second narrow-only">{against(perMillion, now?.perMillion)}</span>
                  )}
                </td>
                <td className="num wide-only">
                  {memoryMb === fromMb ? '' : against(meanMs.value, now?.meanMs.value)}
                </td>
                <td className="num wide-only">
                  {memoryMb === fromMb ? '' : against(perMillion, now?.perMillion)}
                </td>
              </tr>
            ))}
        </tbody>
      </table>
      {measuredMs(entry) === undefined && <p className="dim">Nothing was measured at this size.</p>}
    </div>
  );
}
