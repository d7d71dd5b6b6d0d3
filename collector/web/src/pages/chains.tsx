import { useMemo } from 'react';
import type { ReactNode } from 'react';
import type { ChainsAnswer, ChainsEntry } from '../api/answers.ts';
import { urlOf } from '../api/client.ts';
import { useSlowAnswer } from '../api/use-answer.ts';
import type { Answer } from '../api/use-answer.ts';
import { Chart } from '../canvas/chart.tsx';
import { drawIntervals, intervalsHeight } from '../charts/intervals.ts';
import { drawParts, partsHeight } from '../charts/parts.ts';
import { evidenceOf } from '../frame/basis.ts';
import { Picture } from '../frame/picture.tsx';
import { NotEnough, NotKnowable } from '../frame/states.tsx';
import { go, withQuery } from '../location.ts';
import { useScope } from '../parts/use-scope.ts';
import { chainVerdict, pathParts, successorsVerdict } from '../verdicts/chains.ts';
import { count, counted, duration, durationMark, interval, nameIn, share } from '../words.ts';
import { estimateCells, estimateColumns } from '../frame/table.tsx';

const MOST_ROWS = 12;

const keyOf = ({ root, deployment }: ChainsEntry): string => nameIn(root, deployment);

/** What do cold starts cost traces through several functions? The chain with most traces, or the one that is chosen. */
export function Page(): ReactNode {
  const { place, query } = useScope();
  const answer = useSlowAnswer<ChainsAnswer>(urlOf('chains', query));
  const chains = useMemo(
    () => (answer.data?.chains ?? []).toSorted((a, b) => b.traces - a.traces),
    [answer.data],
  );
  const asked = place.query.get('root');
  const chain = chains.find((one) => keyOf(one) === asked) ?? chains[0];
  return (
    <>
      <Path answer={answer} chain={chain} />
      <div className="columns half">
        <Successors answer={answer} chain={chain} />
        <Chains answer={answer} chains={chains} choose={(root) => go(withQuery(place, { root }), true)} />
      </div>
    </>
  );
}

interface Props {
  readonly answer: Answer<ChainsAnswer>;
  readonly chain: ChainsEntry | undefined;
}

function Path({ answer, chain }: Props): ReactNode {
  const parts = useMemo(() => pathParts(chain), [chain]);
  const draw = useMemo(() => drawParts(parts, duration, 'the critical path'), [parts]);
  const verdict = chainVerdict(chain);
  const height = partsHeight(parts.length);
  const { low, high } = chain?.coldShare ?? {};
  return (
    <Picture
      name="chains"
      question={`What do cold starts cost traces through several functions?${chain ? ` (from ${chain.root})` : ''}`}
      verdict={verdict}
      answer={answer}
      png={{ draw, height }}
      table={{
        columns: [{ label: 'Part of the path' }, { label: 'Time', unit: 'ms' }, { label: 'What it is' }],
        rows: parts.map(({ name, amount, note }) => [name, amount, note]),
      }}
      evidence={evidenceOf(chain?.basis, counted(chain?.traces ?? 0, 'trace'), {
        interval:
          low === undefined || high === undefined
            ? undefined
            : `cold starts ${interval(low, high, share)} of the path`,
        wrongIf: 'concurrent calls then decide, or parents are unknown',
      })}
      {...(chain === undefined
        ? {
            instead: (
              <NotKnowable
                why="No trace in this range goes through several functions."
                then="Functions that call each other show here when they pass their context on: with `traceHeaders()` of the SDK, or by OpenTelemetry's HTTP instrumentations."
              />
            ),
          }
        : !chain.basis.enough && {
            instead: (
              <NotEnough
                what="The path is not known yet."
                have={chain.basis.n}
                need={chain.basis.needed}
                of="traces"
              />
            ),
          })}
    >
      <Chart draw={draw} height={height} label={verdict} />
    </Picture>
  );
}

function Successors({ answer, chain }: Props): ReactNode {
  const rows = useMemo(
    () =>
      (chain?.successors ?? []).toSorted((a, b) => (b.coldOnPathMs.value ?? 0) - (a.coldOnPathMs.value ?? 0)),
    [chain],
  );
  const draw = useMemo(
    () =>
      drawIntervals(
        rows.slice(0, MOST_ROWS).map(({ function: name, traces, invocations, cold, coldOnPathMs }) => ({
          label: name,
          note: `${count(cold)} of ${counted(invocations, 'call')} cold`,
          value: coldOnPathMs.value,
          low: coldOnPathMs.low,
          high: coldOnPathMs.high,
          mark: 'bar',
          colour: 'cold',
          said: coldOnPathMs.value === undefined ? 'too few' : duration(coldOnPathMs.value),
          says: () => [
            `${name}: ${duration(coldOnPathMs.value ?? 0)} of cold starts on the path`,
            `mean of all traces; ${counted(traces, 'trace')} go through it`,
          ],
        })),
        { kind: 'linear', say: durationMark, title: 'its initialisation on the path, mean of a trace' },
      ),
    [rows],
  );
  const verdict = successorsVerdict(chain);
  const height = intervalsHeight(Math.min(MOST_ROWS, rows.length));
  return (
    <Picture
      name="successors"
      question="Which function should be started ahead?"
      verdict={verdict}
      isSmall
      answer={answer}
      png={{ draw, height }}
      table={{
        columns: [
          { label: 'Function' },
          { label: 'Traces' },
          { label: 'Calls' },
          { label: 'Cold' },
          ...estimateColumns('On the path', 'ms'),
        ],
        rows: rows.map((one) => [
          one.function,
          one.traces,
          one.invocations,
          one.cold,
          ...estimateCells(one.coldOnPathMs),
        ]),
      }}
      evidence={
        chain && {
          n: counted(chain.traces, 'trace'),
          interval:
            chain.prewarmSavesMs.low === undefined || chain.prewarmSavesMs.high === undefined
              ? undefined
              : `all of them together ${interval(chain.prewarmSavesMs.low, chain.prewarmSavesMs.high, duration)}`,
          restsOn: 'initialisation on the critical path, walked back from the end of each trace',
          wrongIf: 'a concurrent call then decides: it is a bound',
        }
      }
      {...(rows.length === 0 && {
        instead: (
          <NotEnough
            what="No function was called by another."
            have={0}
            need={chain?.basis.needed ?? 20}
            of="traces"
          />
        ),
      })}
    >
      <Chart draw={draw} height={height} label={verdict} />
    </Picture>
  );
}

function Chains({
  answer,
  chains,
  choose,
}: {
  readonly answer: Answer<ChainsAnswer>;
  readonly chains: readonly ChainsEntry[];
  readonly choose: (root: string) => void;
}): ReactNode {
  const [first] = chains;
  return (
    <Picture
      name="chain-list"
      question="Which chains are there?"
      verdict={
        first
          ? `${counted(chains.length, 'chain')}; most traces begin in ${first.root}.`
          : 'None in this range.'
      }
      isSmall
      answer={answer}
      table={{
        columns: [
          { label: 'Begins in' },
          { label: 'Traces' },
          { label: 'In a row' },
          { label: 'Cold starts a trace' },
          { label: 'With a cold start', unit: '1' },
          { label: 'Path', unit: 'ms' },
          { label: 'Cold of the path', unit: '1' },
          { label: 'Prewarming saves', unit: 'ms' },
        ],
        rows: chains.map((one) => [
          one.root,
          one.traces,
          one.depth,
          one.coldStarts.value,
          one.withColdStart.value,
          one.pathMs.value,
          one.coldShare.value,
          one.prewarmSavesMs.value,
        ]),
      }}
      {...(chains.length === 0 && {
        instead: <NotEnough what="There is nothing to list." have={0} need={1} of="chains" />,
      })}
    >
      <div className="scroll" tabIndex={0} role="region" aria-label="Chains">
        <table className="data">
          <thead>
            <tr>
              <th scope="col">Begins in</th>
              <th scope="col" className="num">
                Traces
              </th>
              <th scope="col" className="num">
                With a cold start
              </th>
              <th scope="col" className="num">
                Path
              </th>
            </tr>
          </thead>
          <tbody>
            {chains.slice(0, 30).map(({ root, deployment, traces, withColdStart, pathMs }) => (
              <tr key={nameIn(root, deployment)}>
                <td className="name">
                  <button type="button" className="link cut" onClick={() => choose(nameIn(root, deployment))}>
                    <bdi title={nameIn(root, deployment)}>{root}</bdi>
                  </button>
                </td>
                <td className="num">{count(traces)}</td>
                <td className="num">
                  {withColdStart.value === undefined ? 'unknown' : share(withColdStart.value)}
                </td>
                <td className="num">{pathMs.value === undefined ? 'unknown' : duration(pathMs.value)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Picture>
  );
}
