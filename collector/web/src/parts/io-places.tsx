import { useMemo } from 'react';
import type { ReactNode } from 'react';
import type { IoAnswer, IoEntry } from '../api/answers.ts';
import type { Answer } from '../api/use-answer.ts';
import { Chart } from '../canvas/chart.tsx';
import { hostNames } from '../charts/hosts.ts';
import { drawIntervals, intervalsHeight } from '../charts/intervals.ts';
import { Picture } from '../frame/picture.tsx';
import { NotKnowable } from '../frame/states.tsx';
import { nameOf } from '../verdicts/names.ts';
import { KIND_WORDS, loadVerdict, probesVerdict } from '../verdicts/io.ts';
import { bytes, count, counted, duration, durationMark, interval, megabytes, share } from '../words.ts';
import { estimateCells, estimateColumns } from '../frame/table.tsx';

interface Props {
  readonly answer: Answer<IoAnswer>;
  readonly entry: IoEntry | undefined;
}

const named = (question: string, entry: IoEntry | undefined, answer: Answer<IoAnswer>): string =>
  entry && (answer.data?.functions.length ?? 0) > 1
    ? `${question} (${nameOf(entry, answer.data?.functions ?? [])})`
    : question;

const MOST_HOSTS = 12;

/** The same operation, host by host. */
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
          ...estimateColumns('Mean', 'ms'),
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

/** A value of a probe, in its unit. */
function figureWords(figure: string, value: number): string {
  if (figure.endsWith('_ms')) return duration(value);
  if (figure.endsWith('bytes')) return bytes(value);
  if (figure.endsWith('ratio')) return share(value);
  return String(Number(value.toPrecision(3)));
}

/** Results of active probes: disk, network, CPU. */
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
          ...estimateColumns('Median'),
          { label: 'n' },
        ],
        rows: rows.map(({ entry, memoryMb, figure, p50 }) => [
          entry.function,
          memoryMb,
          figure,
          ...estimateCells(p50),
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
