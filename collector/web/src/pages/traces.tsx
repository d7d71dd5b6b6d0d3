import { useMemo } from 'react';
import type { ReactNode } from 'react';
import type { PointsEntry } from '../api/answers.ts';
import { usePoints } from '../api/points.ts';
import { FirstRun } from '../frame/first-run.tsx';
import { Picture } from '../frame/picture.tsx';
import { Segments } from '../frame/segments.tsx';
import { go, withQuery } from '../location.ts';
import { count, counted, duration, moment, shortId } from '../words.ts';
import { openPoint } from '../parts/open-point.ts';
import { useScope } from '../parts/use-scope.ts';

type Order = 'failed' | 'newest' | 'slowest' | 'cold';
const SHOWN = 200;
const waitOf = ({ durationMs, initMs = 0 }: PointsEntry): number => durationMs + initMs;
const ORDERS: Readonly<Record<Order, (a: PointsEntry, b: PointsEntry) => number>> = {
  failed: (a, b) => Number(b.failed ?? false) - Number(a.failed ?? false) || b.startUnixMs - a.startUnixMs,
  newest: (a, b) => b.startUnixMs - a.startUnixMs,
  slowest: (a, b) => waitOf(b) - waitOf(a),
  cold: (a, b) => Number(b.cold ?? false) - Number(a.cold ?? false) || b.startUnixMs - a.startUnixMs,
};

/** Which calls are worth a look? Failed ones first. */
export function Page(): ReactNode {
  const { place, range, query, utc } = useScope();
  const answer = usePoints(query, range.isLive);
  const order = (place.query.get('order') ?? 'failed') as Order;
  const points = answer.data?.points ?? [];
  const shown = useMemo(
    () => points.toSorted(ORDERS[order] ?? ORDERS.failed).slice(0, SHOWN),
    [points, order],
  );
  if (answer.data && answer.data.invocations === 0 && !answer.isOld) return <FirstRun />;
  const failed = points.filter((point) => point.failed).length;
  const open = (point: PointsEntry): void => void openPoint(place, point).catch(() => undefined);
  return (
    <Picture
      name="traces"
      question="Which calls are worth a look?"
      verdict={
        failed === 0
          ? `No call of ${count(answer.data?.invocations ?? 0)} failed.`
          : `${counted(failed, 'call')} of ${count(answer.data?.invocations ?? 0)} failed.`
      }
      answer={answer}
      controls={
        <Segments
          label="Order"
          value={order}
          options={[
            ['failed', 'Failed first'],
            ['cold', 'Cold first'],
            ['slowest', 'Slowest first'],
            ['newest', 'Newest first'],
          ]}
          onChoose={(value) => go(withQuery(place, { order: value }), true)}
        />
      }
      note={`${count(shown.length)} of ${count(points.length)}; a row opens its trace`}
      table={{
        columns: [
          { label: 'Time' },
          { label: 'Function' },
          { label: 'Start' },
          { label: 'Failed' },
          { label: 'Took', unit: 'ms' },
          { label: 'Start-up', unit: 'ms' },
          { label: 'Sandbox' },
        ],
        rows: shown.map((point) => [
          moment(point.startUnixMs, utc),
          point.function,
          point.cold === undefined ? undefined : point.cold ? 'cold' : 'warm',
          point.failed ? 'failed' : 'no',
          point.durationMs,
          point.initMs,
          point.sandbox,
        ]),
      }}
    >
      <div className="scroll calls-list" tabIndex={0} role="region" aria-label="Calls, a table">
        <table className="data">
          <thead>
            <tr>
              <th scope="col">Time</th>
              <th scope="col">Function</th>
              <th scope="col">Start</th>
              <th scope="col" className="num">
                Took
              </th>
              <th scope="col" className="num">
                Start-up before
              </th>
              <th scope="col">Sandbox</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((point) => (
              <tr
                key={`${point.startUnixMs} ${point.sandbox} ${point.durationMs}`}
                onClick={() => open(point)}
              >
                <td className="nowrap">
                  <button type="button" className="link" onClick={() => open(point)}>
                    {moment(point.startUnixMs, utc)}
                  </button>
                </td>
                <td className="name">
                  <bdi className="cut" title={point.function}>
                    {point.function}
                  </bdi>
                </td>
                <td className="nowrap">
                  <Kind point={point} />
                </td>
                <td className="num">{duration(point.durationMs)}</td>
                <td className="num">{point.initMs === undefined ? '' : duration(point.initMs)}</td>
                <td className="mono">{point.sandbox === undefined ? 'unknown' : shortId(point.sandbox)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Picture>
  );
}

function Kind({ point: { failed, cold } }: { readonly point: PointsEntry }): ReactNode {
  if (failed)
    return (
      <>
        <svg width="10" height="10" aria-hidden="true">
          <path d="M5 0l5 9H0z" fill="var(--err)" />
        </svg>{' '}
        failed
      </>
    );
  if (!cold) return <span className="dim">{cold === false ? 'warm' : 'unknown'}</span>;
  return (
    <>
      <svg width="10" height="10" aria-hidden="true">
        <path d="M5 0l5 5-5 5-5-5z" fill="var(--cold)" />
      </svg>{' '}
      cold
    </>
  );
}
