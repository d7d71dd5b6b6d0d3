import { useMemo } from 'react';
import type { ReactNode } from 'react';
import type { VersionsAnswer, VersionsEntry } from '../api/answers.ts';
import type { Answer } from '../api/use-answer.ts';
import { Chart } from '../canvas/chart.tsx';
import { drawIntervals, intervalsHeight } from '../charts/intervals.ts';
import { Picture } from '../frame/picture.tsx';
import { NotKnowable } from '../frame/states.tsx';
import { differenceWords } from '../verdicts/versions.ts';
import { duration, durationMark } from '../words.ts';

interface Props {
  readonly answer: Answer<VersionsAnswer>;
  readonly deploy: VersionsEntry | undefined;
}

/** Which packages load slower or faster than before. */
export function Packages({ answer, deploy }: Props): ReactNode {
  const packages = useMemo(
    () =>
      (deploy?.packages ?? [])
        .toSorted((a, b) => Math.abs(b.differenceMs) - Math.abs(a.differenceMs))
        .slice(0, 10),
    [deploy],
  );
  const draw = useMemo(
    () =>
      drawIntervals(
        packages.map(({ name, before, after, differenceMs }) => ({
          label: name === '.' ? 'own files' : name,
          note: `${before.value === undefined ? 'not there' : duration(before.value)} → ${after.value === undefined ? 'gone' : duration(after.value)}`,
          value: differenceMs,
          mark: 'bar',
          colour: differenceMs > 0 ? 'worse' : 'better',
          said: differenceWords('module-ms', differenceMs),
        })),
        {
          kind: 'linear',
          say: (value) => (value < 0 ? `−${durationMark(-value)}` : durationMark(value)),
          title: 'load time, after less before',
        },
      ),
    [packages],
  );
  const [first] = packages;
  const verdict = first
    ? `${first.name === '.' ? 'Own files take' : `${first.name} takes`} ${differenceWords('module-ms', first.differenceMs)} to load.`
    : 'The package is unknown.';
  const height = intervalsHeight(packages.length);
  return (
    <Picture
      name="packages"
      question="Which packages load slower or faster?"
      verdict={verdict}
      isSmall
      answer={answer}
      png={{ draw, height }}
      table={{
        columns: [
          { label: 'Package' },
          { label: 'Before', unit: 'ms' },
          { label: 'After', unit: 'ms' },
          { label: 'Difference', unit: 'ms' },
        ],
        rows: packages.map(({ name, before, after, differenceMs }) => [
          name,
          before.value,
          after.value,
          differenceMs,
        ]),
      }}
      {...(packages.length === 0 && {
        instead: (
          <NotKnowable
            why="No initialisation reported the packages it loaded."
            then="Set SANDSCOPE_MODULES=1 in the function's environment: its start-up then reports the load time of each."
          />
        ),
      })}
    >
      <Chart draw={draw} height={height} label={verdict} />
    </Picture>
  );
}
