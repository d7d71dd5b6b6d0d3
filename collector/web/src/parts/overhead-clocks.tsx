import { useMemo } from 'react';
import type { ReactNode } from 'react';
import type { ClocksAnswer, CostAnswer, CostEntry } from '../api/answers.ts';
import type { Answer } from '../api/use-answer.ts';
import { Chart } from '../canvas/chart.tsx';
import { drawIntervals, intervalsHeight } from '../charts/intervals.ts';
import { evidenceOf } from '../frame/basis.ts';
import { Picture } from '../frame/picture.tsx';
import { NotEnough, NotKnowable } from '../frame/states.tsx';
import { clocksVerdict, selfVerdict } from '../verdicts/overhead.ts';
import { clock, count, counted, duration, durationMark, interval, share, shortId } from '../words.ts';
import { useScope } from './use-scope.ts';
import { estimateCells } from '../frame/table.tsx';

const MOST_ROWS = 6;
const signedMark = (value: number): string => (value < 0 ? `−${durationMark(-value)}` : durationMark(value));

/** The offset of each kernel’s clock from its client’s: the range that the calls allow. */
export function Clocks({ answer }: { readonly answer: Answer<ClocksAnswer> }): ReactNode {
  const { utc } = useScope();
  const epochs = useMemo(() => (answer.data?.epochs ?? []).toSorted((a, b) => b.n - a.n), [answer.data]);
  const draw = useMemo(
    () =>
      drawIntervals(
        epochs
          .slice(0, MOST_ROWS)
          .map(({ client, kernel, n, offsetMs, driftPpm, start, end, functions }) => ({
            label: shortId(kernel),
            note: `${client}, ${counted(n, 'call')}`,
            value: offsetMs.value,
            low: offsetMs.low,
            high: offsetMs.high,
            colour: 'c3',
            isSure: false,
            said: offsetMs.value === undefined ? 'too few' : duration(offsetMs.value),
            says: () => [
              `kernel ${shortId(kernel)}: ${duration(offsetMs.value ?? 0)} against ${client}`,
              `${clock(Date.parse(start), utc)} to ${clock(Date.parse(end), utc)}, ${functions.join(', ')}`,
              ...(offsetMs.low === undefined || offsetMs.high === undefined
                ? []
                : [`the calls allow ${interval(offsetMs.low, offsetMs.high, duration)}`]),
              ...(driftPpm.value === undefined ? [] : [`drift ${driftPpm.value.toFixed(0)} ppm`]),
            ],
          })),
        {
          kind: 'linear',
          say: signedMark,
          title: 'function’s clock less client’s',
          reference: { at: 0, words: 'they agree' },
        },
      ),
    [epochs, utc],
  );
  const verdict = clocksVerdict(epochs);
  const height = intervalsHeight(Math.min(MOST_ROWS, epochs.length));
  const [first] = epochs;
  return (
    <Picture
      name="clocks"
      question="How far do clocks stand apart?"
      verdict={verdict}
      isSmall
      answer={answer}
      legend={[
        { mark: 'dot', colour: 'c3', label: 'in the middle' },
        { mark: 'hatch', colour: 'c3', label: 'the range that the calls allow' },
      ]}
      note={
        epochs.length > MOST_ROWS ? `${MOST_ROWS} of ${count(epochs.length)}; the table has all` : undefined
      }
      png={{ draw, height }}
      table={{
        columns: [
          { label: 'Client' },
          { label: 'Kernel' },
          { label: 'From' },
          { label: 'To' },
          { label: 'Calls' },
          { label: 'Offset', unit: 'ms' },
          { label: 'Least', unit: 'ms' },
          { label: 'Most', unit: 'ms' },
          { label: 'Drift', unit: 'ppm' },
        ],
        rows: epochs.map((one) => [
          one.client,
          one.kernel,
          one.start,
          one.end,
          one.n,
          ...estimateCells(one.offsetMs),
          one.driftPpm.value,
        ]),
      }}
      evidence={evidenceOf(
        first?.basis,
        `${counted(
          epochs.reduce((sum, { n }) => sum + n, 0),
          'call',
        )}, ${counted(epochs.length, 'epoch')}`,
        {
          wrongIf: 'a proxy answers before the function ended',
        },
      )}
      {...(epochs.length === 0 && {
        instead: (
          <NotEnough
            what="No pair of clocks could be compared."
            have={0}
            need={3}
            of="calls recorded on both sides"
          />
        ),
      })}
    >
      <Chart draw={draw} height={height} label={verdict} />
    </Picture>
  );
}

/** The instrument’s own cost. */
export function Itself({
  answer,
  entry,
}: {
  readonly answer: Answer<CostAnswer>;
  readonly entry: CostEntry | undefined;
}): ReactNode {
  const told = entry?.telemetry;
  const draw = useMemo(
    () =>
      drawIntervals(
        told
          ? [
              {
                label: 'Before the response',
                note: 'the caller waits for it',
                value: told.beforeResponseMs,
                mark: 'bar',
                colour: 'c3',
                said: duration(told.beforeResponseMs),
              },
              ...(told.exportMs === undefined
                ? []
                : [
                    {
                      label: 'Export, after',
                      note: 'nobody waits; it may be billed',
                      value: told.exportMs,
                      mark: 'bar' as const,
                      colour: 'c3' as const,
                      said: duration(told.exportMs),
                    },
                  ]),
            ]
          : [],
        { kind: 'linear', say: durationMark, title: 'mean of a call' },
      ),
    [told],
  );
  const verdict = selfVerdict(entry);
  const height = intervalsHeight(told?.exportMs === undefined ? 1 : 2);
  return (
    <Picture
      name="itself"
      question={`What does Sandscope itself cost?${(answer.data?.functions.length ?? 0) > 1 && entry ? ` (${entry.function})` : ''}`}
      verdict={verdict}
      isSmall
      answer={answer}
      png={{ draw, height }}
      table={{
        columns: [
          { label: 'Function' },
          { label: 'Before the response', unit: 'ms' },
          { label: 'Export', unit: 'ms' },
          { label: 'Of billed time', unit: '1' },
        ],
        rows: (answer.data?.functions ?? []).map((one) => [
          one.function,
          one.telemetry?.beforeResponseMs,
          one.telemetry?.exportMs,
          one.telemetry?.share,
        ]),
      }}
      evidence={
        entry && {
          n: counted(entry.n, 'call'),
          complete: told && `${share(told.share)} of billed time, if exports are billed`,
          restsOn: 'what each call reports about its own instrumentation, exports averaged over all calls',
          wrongIf: 'the platform does not bill what runs after the response',
        }
      }
      {...(told === undefined && {
        instead: (
          <NotKnowable
            why="These spans do not report what their instrumentation cost."
            then="Spans of Sandscope's SDK do (`sandscope.overhead_us`)."
          />
        ),
      })}
    >
      <Chart draw={draw} height={height} label={verdict} />
    </Picture>
  );
}
