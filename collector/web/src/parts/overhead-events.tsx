import { useMemo } from 'react';
import type { ReactNode } from 'react';
import type { OverheadAnswer, OverheadEntry } from '../api/answers.ts';
import type { Answer } from '../api/use-answer.ts';
import { Chart } from '../canvas/chart.tsx';
import { drawIntervals, intervalsHeight } from '../charts/intervals.ts';
import { Picture } from '../frame/picture.tsx';
import { NotKnowable } from '../frame/states.tsx';
import { payloadVerdict, triggersVerdict } from '../verdicts/overhead.ts';
import { counted, duration, durationMark, share } from '../words.ts';
import { estimateCells, estimateColumns } from '../frame/table.tsx';

const signedMark = (value: number): string => (value < 0 ? `−${durationMark(-value)}` : durationMark(value));

interface OneProps {
  readonly answer: Answer<OverheadAnswer>;
  readonly entry: OverheadEntry | undefined;
}

/** Delay from the event to its handler. */
export function Triggers({ answer, entry }: OneProps): ReactNode {
  const triggers = useMemo(() => (entry?.triggers ?? []).toSorted((a, b) => b.n - a.n), [entry]);
  const draw = useMemo(
    () =>
      drawIntervals(
        triggers.map(({ source, mode, n, p50Ms, p95Ms }) => ({
          label: source,
          note: `${mode === undefined ? '' : `${mode}, `}${counted(n, 'event')}`,
          value: p50Ms.value === undefined ? undefined : Math.max(0.5, p50Ms.value),
          spreadTo: p95Ms.value === undefined ? undefined : Math.max(0.5, p95Ms.value),
          colour: 'c1',
          said: p50Ms.value === undefined ? 'too few' : duration(p50Ms.value),
          says: () => [
            `${source}: half within ${duration(p50Ms.value ?? 0)}`,
            ...(p95Ms.value === undefined ? [] : [`one in twenty later than ${duration(p95Ms.value)}`]),
            `${counted(n, 'event')}; two clocks that nobody compares`,
          ],
        })),
        { kind: 'logarithmic', say: durationMark, title: 'event to handler: median, with a cap at 95 %' },
      ),
    [triggers],
  );
  const verdict = triggersVerdict(entry);
  const height = intervalsHeight(triggers.length);
  return (
    <Picture
      name="triggers"
      question={`How long do events wait for their handler?${(answer.data?.functions.length ?? 0) > 1 && entry ? ` (${entry.function})` : ''}`}
      verdict={verdict}
      isSmall
      answer={answer}
      png={{ draw, height }}
      table={{
        columns: [
          { label: 'Told by' },
          { label: 'Mode' },
          { label: 'Events' },
          { label: 'Median', unit: 'ms' },
          { label: '95 % within', unit: 'ms' },
        ],
        rows: triggers.map(({ source, mode, n, p50Ms, p95Ms }) => [
          source,
          mode,
          n,
          p50Ms.value,
          p95Ms.value,
        ]),
      }}
      evidence={
        entry && {
          n: counted(
            triggers.reduce((sum, { n }) => sum + n, 0),
            'event',
          ),
          restsOn: 'the time in the event itself',
          wrongIf: 'the clock of its sender is wrong: two clocks that nobody compares are in it',
        }
      }
      {...(triggers.length === 0 && {
        instead: (
          <NotKnowable
            why="No event has the time when it happened."
            then="Queues, streams, buckets and gateways put a time into their events; direct calls do not."
          />
        ),
      })}
    >
      <Chart draw={draw} height={height} label={verdict} />
    </Picture>
  );
}

/** Overhead by request size. */
export function Payload({ answer, entry }: OneProps): ReactNode {
  const payload = entry?.payload;
  const draw = useMemo(
    () =>
      drawIntervals(
        payload
          ? [
              {
                label: 'An empty request',
                value: payload.interceptMs.value,
                low: payload.interceptMs.low,
                high: payload.interceptMs.high,
                colour: 'c1',
                said: duration(payload.interceptMs.value ?? 0),
              },
              {
                label: 'Each MB more',
                value: payload.msPerMb.value,
                low: payload.msPerMb.low,
                high: payload.msPerMb.high,
                colour: 'c1',
                said: duration(payload.msPerMb.value ?? 0),
              },
            ]
          : [],
        { kind: 'linear', say: signedMark, title: 'overhead of a warm call' },
      ),
    [payload],
  );
  const verdict = payloadVerdict(entry);
  const height = intervalsHeight(2);
  return (
    <Picture
      name="payload"
      question="What does a larger request cost?"
      verdict={verdict}
      isSmall
      answer={answer}
      png={{ draw, height }}
      table={{
        columns: [{ label: 'What' }, ...estimateColumns('Estimate', 'ms')],
        rows: payload
          ? [
              ['an empty request', ...estimateCells(payload.interceptMs)],
              ['each MB more', payload.msPerMb.value, payload.msPerMb.low, payload.msPerMb.high],
            ]
          : [],
      }}
      evidence={
        payload && {
          n: counted(payload.msPerMb.n, 'warm call'),
          complete: `size explains ${share(Math.max(0, payload.adjustedR2))} of the variance`,
          restsOn: 'least squares with intervals that hold when the spread grows with the size',
          wrongIf: 'larger requests are of another kind',
        }
      }
      {...(payload === undefined && {
        instead: (
          <NotKnowable
            why="No client sent requests of several sizes."
            then="Its spans have to carry `http.request.body.size`."
          />
        ),
      })}
    >
      <Chart draw={draw} height={height} label={verdict} />
    </Picture>
  );
}
