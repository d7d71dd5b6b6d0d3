import { useEffect, useMemo, useState } from 'react';
import type { ReactNode } from 'react';
import type { PointsAnswer } from '../api/answers.ts';
import type { Answer } from '../api/use-answer.ts';
import { Chart } from '../canvas/chart.tsx';
import { drawReplay, longestMs, replayedOf, replayHeight, totalMs } from '../charts/replay.ts';
import { Picture } from '../frame/picture.tsx';
import { Segments } from '../frame/segments.tsx';
import { NotEnough } from '../frame/states.tsx';
import { counted, duration, moment } from '../words.ts';

/** The newest cold starts, side by side and at their own pace. With reduced motion it stays the still picture. */
export function Replay({
  answer,
  utc,
}: {
  readonly answer: Answer<PointsAnswer>;
  readonly utc: boolean;
}): ReactNode {
  const starts = useMemo(() => replayedOf(answer.data?.points ?? []), [answer.data]);
  const [speed, setSpeed] = useState<'1' | '0.25'>('1');
  const { atMs, start, stop } = usePlayback(longestMs(starts), Number(speed));
  const draw = useMemo(() => drawReplay(starts, atMs, utc), [starts, atMs, utc]);
  const height = replayHeight(starts.length);
  const slowest = starts.toSorted((a, b) => totalMs(b) - totalMs(a))[0];
  const verdict = slowest
    ? `The longest wait of the last ${counted(starts.length, 'cold start')} was ${duration(totalMs(slowest))}.`
    : 'No cold start reported its start-up.';
  return (
    <Picture
      name="replay"
      question={`Replay the last ${starts.length || 'ones'}`}
      verdict={verdict}
      isSmall
      answer={answer}
      controls={
        starts.length > 0 &&
        !matchMedia('(prefers-reduced-motion: reduce)').matches && (
          <>
            <button type="button" className="control" onClick={atMs === undefined ? start : stop}>
              {atMs === undefined ? '▶ Play' : '■ Stop'}
            </button>
            <Segments
              label="Speed"
              value={speed}
              options={[
                ['1', '1×'],
                ['0.25', '¼×'],
              ]}
              onChoose={setSpeed}
            />
          </>
        )
      }
      legend={[
        { mark: 'bar', colour: 'cold', label: 'start-up' },
        { mark: 'bar', colour: 'warm', label: 'function' },
      ]}
      png={{ draw, height }}
      table={{
        columns: [
          { label: 'Time' },
          { label: 'Function' },
          { label: 'Start-up', unit: 'ms' },
          { label: 'Function time', unit: 'ms' },
          { label: 'Failed' },
        ],
        rows: starts.map((one) => [
          moment(one.startUnixMs, utc),
          one.function,
          one.initMs,
          one.durationMs,
          one.failed ? 'failed' : 'no',
        ]),
      }}
      {...(starts.length === 0 && {
        instead: <NotEnough what="There is nothing to replay." have={0} need={1} of="cold starts" />,
      })}
    >
      <Chart draw={draw} height={height} label={verdict} />
    </Picture>
  );
}

interface Playback {
  /** Since it began, ms of the replayed time; undefined while it stands. */
  readonly atMs: number | undefined;
  readonly start: () => void;
  readonly stop: () => void;
}

/** A clock that runs from 0 to an end, once when started. @param speed may change while it runs */
function usePlayback(endMs: number, speed: number): Playback {
  const [atMs, setAtMs] = useState<number | undefined>();
  const isRunning = atMs !== undefined;
  useEffect(() => {
    if (!isRunning) return undefined;
    let before: number | undefined;
    let frame = requestAnimationFrame(step);
    function step(now: number): void {
      const passed = before === undefined ? 0 : (now - before) * speed;
      before = now;
      setAtMs((at) => (at === undefined || at + passed >= endMs ? undefined : at + passed));
      frame = requestAnimationFrame(step);
    }
    return () => cancelAnimationFrame(frame);
  }, [isRunning, endMs, speed]);
  return { atMs, start: () => setAtMs(0), stop: () => setAtMs(undefined) };
}
