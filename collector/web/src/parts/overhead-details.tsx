import { useMemo } from 'react';
import type { ReactNode } from 'react';
import type { ClocksAnswer, CostAnswer, CostEntry, OverheadAnswer, OverheadEntry } from '../api/answers.ts';
import type { Answer } from '../api/use-answer.ts';
import { Chart } from '../canvas/chart.tsx';
import { drawIntervals, intervalsHeight } from '../charts/intervals.ts';
import { evidenceOf } from '../frame/basis.ts';
import { Picture } from '../frame/picture.tsx';
import { NotEnough, NotKnowable } from '../frame/states.tsx';
import { clocksVerdict, payloadVerdict, selfVerdict, triggersVerdict } from '../verdicts/overhead.ts';
import { clock, count, counted, duration, durationMark, interval, share, shortId } from '../words.ts';
import { useScope } from './use-scope.ts';

const MOST_ROWS = 6;
const signedMark = (value: number): string => (value < 0 ? `−${durationMark(-value)}` : durationMark(value));

/** How each kernel’s clock stands to its client’s: all that the calls allow. */
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
        { mark: 'hatch', colour: 'c3', label: 'all that calls allow' },
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
          one.offsetMs.value,
          one.offsetMs.low,
          one.offsetMs.high,
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
            of="calls that both sides told"
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
          restsOn: 'what each call tells of its own instrument, exports spread over all calls',
          wrongIf: 'the platform does not bill what runs after the response',
        }
      }
      {...(told === undefined && {
        instead: (
          <NotKnowable
            why="These spans do not tell what their instrument cost."
            then="Spans of Sandscope's SDK do (`sandscope.overhead_us`)."
          />
        ),
      })}
    >
      <Chart draw={draw} height={height} label={verdict} />
    </Picture>
  );
}

interface OneProps {
  readonly answer: Answer<OverheadAnswer>;
  readonly entry: OverheadEntry | undefined;
}

/** From the event to its handler. */
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
          restsOn: 'the time that the event itself tells',
          wrongIf: 'the clock of its sender is wrong: two clocks that nobody compares are in it',
        }
      }
      {...(triggers.length === 0 && {
        instead: (
          <NotKnowable
            why="No event told when it happened."
            then="Queues, streams, buckets and gateways put a time into their events; direct calls do not."
          />
        ),
      })}
    >
      <Chart draw={draw} height={height} label={verdict} />
    </Picture>
  );
}

/** Overhead against the size of the request. */
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
        columns: [
          { label: 'What' },
          { label: 'Estimate', unit: 'ms' },
          { label: 'Low', unit: 'ms' },
          { label: 'High', unit: 'ms' },
        ],
        rows: payload
          ? [
              [
                'an empty request',
                payload.interceptMs.value,
                payload.interceptMs.low,
                payload.interceptMs.high,
              ],
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
            why="No client told requests of several sizes."
            then="Its spans have to carry `http.request.body.size`."
          />
        ),
      })}
    >
      <Chart draw={draw} height={height} label={verdict} />
    </Picture>
  );
}
