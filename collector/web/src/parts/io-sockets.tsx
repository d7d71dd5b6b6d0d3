import { useMemo } from 'react';
import type { ReactNode } from 'react';
import type { IoAnswer, IoEntry } from '../api/answers.ts';
import type { Answer } from '../api/use-answer.ts';
import { Chart } from '../canvas/chart.tsx';
import { drawIntervals, intervalsHeight } from '../charts/intervals.ts';
import { Picture } from '../frame/picture.tsx';
import { NotEnough } from '../frame/states.tsx';
import { nameOf } from '../verdicts/names.ts';
import { freezeVerdict, socketsVerdict } from '../verdicts/io.ts';
import { counted, duration, durationMark, interval, share } from '../words.ts';
import { estimateCells, estimateColumns } from '../frame/table.tsx';

interface Props {
  readonly answer: Answer<IoAnswer>;
  readonly entry: IoEntry | undefined;
}

const named = (question: string, entry: IoEntry | undefined, answer: Answer<IoAnswer>): string =>
  entry && (answer.data?.functions.length ?? 0) > 1
    ? `${question} (${nameOf(entry, answer.data?.functions ?? [])})`
    : question;

/** New sockets against reused ones. */
export function Sockets({ answer, entry }: Props): ReactNode {
  const sockets = useMemo(
    () => (entry?.sockets ?? []).toSorted((a, b) => Number(a.reused) - Number(b.reused)),
    [entry],
  );
  const draw = useMemo(
    () =>
      drawIntervals(
        sockets.map(({ reused, n, firstByteMs, broken }) => ({
          label: reused ? 'Reused socket' : 'New socket',
          note: counted(n, 'request'),
          value: firstByteMs.value,
          low: firstByteMs.low,
          high: firstByteMs.high,
          mark: 'bar',
          colour: reused ? 'warm' : 'cold2',
          said: firstByteMs.value === undefined ? 'no response' : duration(firstByteMs.value),
          says: () => [
            `${reused ? 'Reused' : 'New'} socket: ${firstByteMs.value === undefined ? 'no response' : duration(firstByteMs.value)}`,
            'from a request to the head of its response, mean',
            `${share(broken.value ?? 0)} without a response (${interval(broken.low, broken.high, share)})`,
          ],
        })),
        { kind: 'linear', say: durationMark, title: 'to the first byte, mean' },
      ),
    [sockets],
  );
  const verdict = socketsVerdict(entry);
  const height = intervalsHeight(sockets.length);
  return (
    <Picture
      name="sockets"
      question={named('Does a reused socket help?', entry, answer)}
      verdict={verdict}
      isSmall
      answer={answer}
      png={{ draw, height }}
      table={{
        columns: [
          { label: 'Socket' },
          { label: 'Requests' },
          ...estimateColumns('First byte', 'ms'),
          { label: 'Broken', unit: '1' },
        ],
        rows: sockets.map(({ reused, n, firstByteMs, broken }) => [
          reused ? 'reused' : 'new',
          n,
          ...estimateCells(firstByteMs),
          broken.value,
        ]),
      }}
      evidence={
        entry && {
          n: counted(
            sockets.reduce((sum, { n }) => sum + n, 0),
            'request',
          ),
          restsOn: 'requests with spans of their own: the slowest of each call',
          wrongIf: 'new and reused sockets go to different ends',
        }
      }
      {...(sockets.length === 0 && {
        instead: <NotEnough what="No request with a span of its own." have={0} need={1} of="requests" />,
      })}
    >
      <Chart draw={draw} height={height} label={verdict} />
    </Picture>
  );
}

const gapWords = (fromMs: number, toMs: number | undefined): string =>
  toMs === undefined
    ? `${duration(fromMs)} and more`
    : fromMs === 0
      ? `up to ${duration(toMs)}`
      : `${duration(fromMs)} to ${duration(toMs)}`;

/** Failed requests on reused sockets, by how long the sandbox had been idle. */
export function FreezeBreaks({ answer, entry }: Props): ReactNode {
  const draw = useMemo(
    () =>
      drawIntervals(
        (entry?.gaps ?? []).map(({ fromMs, toMs, n, broken, errors }) => ({
          label: gapWords(fromMs, toMs),
          note: counted(n, 'request'),
          value: n === 0 ? undefined : broken.value,
          low: broken.low,
          high: broken.high,
          colour: 'err',
          said: n === 0 ? 'none went so late' : share(broken.value ?? 0),
          says: () => [
            `${share(broken.value ?? 0)} break after ${gapWords(fromMs, toMs)} idle`,
            `95 %: ${interval(broken.low, broken.high, share)} of ${counted(n, 'request')}`,
            ...(errors.length === 0 ? [] : [errors.join(', ')]),
          ],
        })),
        { kind: 'linear', say: share, title: 'share without a response' },
      ),
    [entry],
  );
  const verdict = freezeVerdict(entry);
  const gaps = entry?.gaps ?? [];
  const height = intervalsHeight(gaps.length);
  return (
    <Picture
      name="freeze"
      question={named('Does a freeze break reused sockets?', entry, answer)}
      verdict={verdict}
      isSmall
      answer={answer}
      png={{ draw, height }}
      table={{
        columns: [
          { label: 'Idle before, from', unit: 'ms' },
          { label: 'Up to', unit: 'ms' },
          { label: 'Requests' },
          ...estimateColumns('Broken', '1'),
          { label: 'Errors' },
        ],
        rows: gaps.map(({ fromMs, toMs, n, broken, errors }) => [
          fromMs,
          toMs,
          n,
          ...estimateCells(broken),
          errors.join(' '),
        ]),
      }}
      evidence={
        entry && {
          n: counted(
            gaps.reduce((sum, { n }) => sum + n, 0),
            'request',
          ),
          interval:
            entry.freezeQ === undefined ? undefined : `no difference has q ${entry.freezeQ.toPrecision(2)}`,
          restsOn:
            'requests on reused sockets by the idle time before their call, a sandbox after each as one unit',
          wrongIf: 'the other end closes for another reason at the same time',
        }
      }
      {...(gaps.length === 0 && {
        instead: (
          <NotEnough
            what="No request went on a reused socket."
            have={0}
            need={4}
            of="sandboxes on each side of a minute"
          />
        ),
      })}
    >
      <Chart draw={draw} height={height} label={verdict} />
    </Picture>
  );
}
