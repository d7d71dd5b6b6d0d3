import { useMemo } from 'react';
import type { ReactNode } from 'react';
import type { IoAnswer, IoEntry } from '../api/answers.ts';
import type { Answer } from '../api/use-answer.ts';
import { Chart } from '../canvas/chart.tsx';
import { hostNames } from '../charts/hosts.ts';
import { drawIntervals, intervalsHeight } from '../charts/intervals.ts';
import { Picture } from '../frame/picture.tsx';
import { NotEnough, NotKnowable } from '../frame/states.tsx';
import { nameOf } from '../verdicts/names.ts';
import { freezeVerdict, KIND_WORDS, loadVerdict, probesVerdict, socketsVerdict } from '../verdicts/io.ts';
import { bytes, count, counted, duration, durationMark, interval, megabytes, share } from '../words.ts';

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
          { label: 'First byte', unit: 'ms' },
          { label: 'Low', unit: 'ms' },
          { label: 'High', unit: 'ms' },
          { label: 'Broken', unit: '1' },
        ],
        rows: sockets.map(({ reused, n, firstByteMs, broken }) => [
          reused ? 'reused' : 'new',
          n,
          firstByteMs.value,
          firstByteMs.low,
          firstByteMs.high,
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

/** Requests on reused sockets that broke, by how long the sandbox had idled. */
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
          { label: 'Broken', unit: '1' },
          { label: 'Low', unit: '1' },
          { label: 'High', unit: '1' },
          { label: 'Errors' },
        ],
        rows: gaps.map(({ fromMs, toMs, n, broken, errors }) => [
          fromMs,
          toMs,
          n,
          broken.value,
          broken.low,
          broken.high,
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

const MOST_HOSTS = 12;

/** The same operation host by host. */
export function IoHosts({ answer, entry }: Props): ReactNode {
  const rows = useMemo(() => {
    const hosts = entry?.hosts ?? [];
    const [kind] = hosts.toSorted((a, b) => b.operations - a.operations).map((one) => one.kind);
    return hosts
      .filter((one) => one.kind === kind)
      .toSorted((a, b) => (b.meanMs.value ?? 0) - (a.meanMs.value ?? 0))
      .slice(0, MOST_HOSTS);
  }, [entry]);
  const draw = useMemo(() => {
    const names = hostNames(rows.map(({ host }) => host));
    return drawIntervals(
      rows.map(({ host, kind, operations, meanMs }) => ({
        label: names.get(host) ?? host,
        note: `${KIND_WORDS[kind].toLowerCase()}, ${count(operations)}`,
        value: meanMs.value,
        low: meanMs.low,
        high: meanMs.high,
        colour: 'c1',
        said: meanMs.value === undefined ? 'too few' : duration(meanMs.value),
      })),
      { kind: 'linear', say: durationMark, title: 'time of one, mean' },
    );
  }, [rows]);
  const verdict = loadVerdict(entry);
  const height = intervalsHeight(rows.length);
  return (
    <Picture
      name="io-hosts"
      question={named('Is it slower on some hosts, or beside busy neighbours?', entry, answer)}
      verdict={verdict}
      isSmall
      answer={answer}
      png={{ draw, height }}
      table={{
        columns: [
          { label: 'Host' },
          { label: 'Kind' },
          { label: 'Operations' },
          { label: 'Mean', unit: 'ms' },
          { label: 'Low', unit: 'ms' },
          { label: 'High', unit: 'ms' },
        ],
        rows: (entry?.hosts ?? []).map(({ host, kind, operations, meanMs }) => [
          host,
          KIND_WORDS[kind],
          operations,
          meanMs.value,
          meanMs.low,
          meanMs.high,
        ]),
      }}
      evidence={
        entry && {
          n: counted(
            (entry.load ?? []).reduce((sum, { n }) => sum + n, 0),
            'slot of five minutes',
            'slots of five minutes',
          ),
          interval:
            entry.load
              .map(({ kind, q }) => `${KIND_WORDS[kind].toLowerCase()}: q ${q.toPrecision(2)}`)
              .join(', ') || undefined,
          restsOn: 'slots of one sandbox and hour against each other, hosts that are derived or better',
          wrongIf: 'sandboxes of others share the host',
        }
      }
      {...(rows.length === 0 && {
        instead: (
          <NotKnowable
            why="No host of this function is known."
            then="Where a host is declared (SANDSCOPE_HOST_ID) or kernels are shared, its operations are compared host by host."
          />
        ),
      })}
    >
      <Chart draw={draw} height={height} label={verdict} />
    </Picture>
  );
}

/** A figure of a probe, in its unit. */
function figureWords(figure: string, value: number): string {
  if (figure.endsWith('_ms')) return duration(value);
  if (figure.endsWith('bytes')) return bytes(value);
  if (figure.endsWith('ratio')) return share(value);
  return String(Number(value.toPrecision(3)));
}

/** What active probes measured: disk, network, CPU. */
export function Probes({
  answer,
  entries,
}: {
  readonly answer: Answer<IoAnswer>;
  readonly entries: readonly IoEntry[];
}): ReactNode {
  const rows = entries.flatMap((entry) => entry.probes.map((probe) => ({ entry, ...probe })));
  const verdict = probesVerdict(rows);
  return (
    <Picture
      name="probes"
      question="What did active probes measure?"
      verdict={verdict}
      isSmall
      answer={answer}
      table={{
        columns: [
          { label: 'Function' },
          { label: 'Memory', unit: 'MB' },
          { label: 'Figure' },
          { label: 'Median' },
          { label: 'Low' },
          { label: 'High' },
          { label: 'n' },
        ],
        rows: rows.map(({ entry, memoryMb, figure, p50 }) => [
          entry.function,
          memoryMb,
          figure,
          p50.value,
          p50.low,
          p50.high,
          p50.n,
        ]),
      }}
      {...(rows.length === 0 && {
        instead: (
          <NotKnowable
            why="Probes are off unless a function asks for them."
            then="Set SANDSCOPE_PROBES=disk,network,cpu in its environment: they run after a response, once in a while."
          />
        ),
      })}
    >
      <div className="scroll" tabIndex={0} role="region" aria-label="Figures of active probes">
        <table className="data">
          <thead>
            <tr>
              <th scope="col">Figure</th>
              <th scope="col">Function</th>
              <th scope="col" className="num">
                Median
              </th>
              <th scope="col" className="num">
                95 %
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, 24).map(({ entry, memoryMb, figure, p50 }) => (
              <tr key={`${entry.function} ${memoryMb} ${figure}`}>
                <td className="nowrap">{figure}</td>
                <td className="name">
                  <bdi className="cut" title={entry.function}>
                    {entry.function}
                  </bdi>
                  {memoryMb > 0 && <span className="second">{megabytes(memoryMb)}</span>}
                </td>
                <td className="num">
                  {p50.value === undefined ? 'too few' : figureWords(figure, p50.value)}
                </td>
                <td className="num">
                  {p50.low === undefined || p50.high === undefined
                    ? `of ${count(p50.n)}`
                    : interval(p50.low, p50.high, (value) => figureWords(figure, value))}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Picture>
  );
}
