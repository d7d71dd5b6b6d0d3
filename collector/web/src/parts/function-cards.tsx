import { useMemo } from 'react';
import type { ReactNode } from 'react';
import type {
  ColdStartsAnswer,
  ConnectionsAnswer,
  CostAnswer,
  CpuAnswer,
  IoAnswer,
  KeepWarmAnswer,
  MemoryAnswer,
  OverheadAnswer,
  SurvivalAnswer,
  TimelineAnswer,
  VersionsAnswer,
} from '../api/answers.ts';
import { urlOf } from '../api/client.ts';
import { useSlowAnswer } from '../api/use-answer.ts';
import type { Answer } from '../api/use-answer.ts';
import { causesOf } from '../charts/causes.ts';
import type { IntervalRow } from '../charts/intervals.ts';
import { drawMemory } from '../charts/memory.ts';
import { drawNoise, noiseHeight } from '../charts/noise.ts';
import { drawAliveBuckets } from '../charts/strip.ts';
import { drawSurvival } from '../charts/survival.ts';
import { NotEnough, NotKnowable } from '../frame/states.tsx';
import { causesVerdict, survivalVerdict } from '../verdicts.ts';
import { connectionsVerdict, peerWords, planFor } from '../verdicts/connections.ts';
import { memoryVerdict } from '../verdicts/cost.ts';
import { noiseVerdict, sortedCpu } from '../verdicts/cpu.ts';
import { ioVerdict, KIND_WORDS, kindsOf } from '../verdicts/io.ts';
import { overheadVerdict } from '../verdicts/overhead.ts';
import { deployVerdict, differenceWords, METRICS, relative } from '../verdicts/versions.ts';
import type { Change } from '../verdicts/versions.ts';
import { change, count, counted, duration, durationMark, share } from '../words.ts';
import { useScope } from './use-scope.ts';
import { Card, IntervalCard } from './card.tsx';

interface Props {
  readonly timeline: Answer<TimelineAnswer>;
  readonly cost: Answer<CostAnswer>;
}

/** Nine pages in small. */
export function FunctionCards({ timeline, cost }: Props): ReactNode {
  return (
    <div className="columns three">
      <ColdStarts />
      <KeepWarm />
      <Cost cost={cost} />
      <Sandboxes timeline={timeline} />
      <Io />
      <Cpu />
      <Connections />
      <Versions />
      <Overhead />
    </div>
  );
}

function ColdStarts(): ReactNode {
  const { query } = useScope();
  const answer = useSlowAnswer<ColdStartsAnswer>(urlOf('cold-starts', query));
  const [entry] = answer.data?.functions ?? [];
  const causes = causesOf(answer.data?.functions ?? []);
  const rows = causes.map(({ words, waitedMs, share: part, low, high, isSure }): IntervalRow => ({
    label: words,
    note: waitedMs === undefined ? '' : `${duration(waitedMs)} waited`,
    value: part,
    low,
    high,
    mark: 'bar',
    colour: 'cold',
    isSure,
    said: share(part),
  }));
  return (
    <IntervalCard
      page="cold-starts"
      verdict={causesVerdict(causes, entry?.coldStarts ?? 0, entry?.rate.n ?? 0)}
      answer={answer}
      rows={rows}
      axis={{ kind: 'linear', say: share, title: 'share of cold starts' }}
    />
  );
}

function KeepWarm(): ReactNode {
  const { query } = useScope();
  const answer = useSlowAnswer<SurvivalAnswer>(urlOf('survival', query));
  const warm = useSlowAnswer<KeepWarmAnswer>(urlOf('keep-warm', query));
  const entry = answer.data?.functions.toSorted(
    (a, b) => b.keepAlive.expectedDeaths - a.keepAlive.expectedDeaths,
  )[0];
  const advice = warm.data?.functions[0];
  const draw = useMemo(
    () => (entry && entry.curve.length > 1 ? drawSurvival(entry, advice?.pingIntervalMs) : undefined),
    [entry, advice],
  );
  return (
    <Card
      page="keep-warm"
      verdict={entry ? survivalVerdict(entry) : 'How long an idle sandbox lives is not known yet.'}
      answer={answer}
      draw={draw}
      height={190}
      columns={['Idle, ms', 'Still there', 'Low', 'High']}
      rows={(entry?.curve ?? []).map(({ idleMs, kept, low, high }) => [idleMs, kept, low, high])}
    />
  );
}

function Cost({ cost }: { readonly cost: Answer<CostAnswer> }): ReactNode {
  const { query } = useScope();
  const answer = useSlowAnswer<MemoryAnswer>(urlOf('memory', query));
  const entry = answer.data?.functions.toSorted(
    (a, b) => Number(b.basis.enough) - Number(a.basis.enough) || b.basis.n - a.basis.n,
  )[0];
  const draw = useMemo(
    () =>
      entry?.basis.enough && entry.sizes.length > 1
        ? drawMemory(entry, entry.fromMb === undefined ? [] : [{ memoryMb: entry.fromMb, words: 'now' }])
        : undefined,
    [entry],
  );
  return (
    <Card
      page="cost"
      verdict={memoryVerdict(entry, 'cheapest')}
      answer={answer.data === undefined && cost.error ? cost : answer}
      draw={draw}
      height={190}
      {...(entry &&
        !entry.basis.enough && {
          instead: (
            <NotEnough
              what="Other sizes cannot be predicted yet."
              have={entry.basis.n}
              need={entry.basis.needed}
              of="warm calls at one size without overlap"
            />
          ),
        })}
      columns={['Memory, MB', 'Time, ms', 'A million calls']}
      rows={(entry?.sizes ?? []).map(({ memoryMb, meanMs, perMillion }) => [
        memoryMb,
        meanMs.value,
        perMillion,
      ])}
    />
  );
}

function Sandboxes({ timeline }: { readonly timeline: Answer<TimelineAnswer> }): ReactNode {
  const { utc } = useScope();
  const draw = useMemo(() => timeline.data && drawAliveBuckets(timeline.data, utc), [timeline.data, utc]);
  const alive = (timeline.data?.buckets ?? []).map(({ sandboxesAlive }) => sandboxesAlive);
  const most = Math.max(0, ...alive);
  const usual = alive.toSorted((a, b) => a - b)[Math.floor(alive.length / 2)] ?? 0;
  return (
    <Card
      page="sandboxes"
      verdict={
        most === 0
          ? 'No sandbox is known to have been alive.'
          : `Up to ${counted(most, 'sandbox', 'sandboxes')} alive within ${duration(timeline.data?.bucketMs ?? 0)}; half of the time ${usual === 0 ? 'none' : `${count(usual)} or fewer`}.`
      }
      answer={timeline}
      draw={draw}
      columns={['From', 'Alive']}
      rows={(timeline.data?.buckets ?? []).map(({ start, sandboxesAlive }) => [start, sandboxesAlive])}
    />
  );
}

function Io(): ReactNode {
  const { query } = useScope();
  const answer = useSlowAnswer<IoAnswer>(urlOf('io', query));
  // The version with most operations represents the function.
  const entries = (answer.data?.functions ?? []).toSorted((a, b) => b.basis.n - a.basis.n).slice(0, 1);
  const rows = entries.flatMap(kindsOf).map(({ kind, perCall, meanMs }): IntervalRow => ({
    label: KIND_WORDS[kind],
    note: `${perCall.toFixed(1)} a call`,
    value: meanMs.value,
    low: meanMs.low,
    high: meanMs.high,
    mark: 'bar',
    colour: 'c1',
    said: meanMs.value === undefined ? 'unknown' : duration(meanMs.value),
  }));
  return (
    <IntervalCard
      page="io"
      verdict={ioVerdict(entries)}
      answer={answer}
      rows={rows}
      axis={{ kind: 'linear', say: durationMark, title: 'time of one, mean' }}
    />
  );
}

function Cpu(): ReactNode {
  const { query } = useScope();
  const answer = useSlowAnswer<CpuAnswer>(urlOf('cpu', query));
  // The version with most data represents the function.
  const entries = useMemo(() => sortedCpu(answer.data?.functions ?? []).slice(0, 1), [answer.data]);
  const draw = useMemo(() => drawNoise(entries, () => undefined), [entries]);
  return (
    <Card
      page="cpu"
      verdict={noiseVerdict(entries)}
      answer={answer}
      draw={entries.length === 0 ? undefined : draw}
      height={noiseHeight(entries.length)}
      columns={['Signal', 'Mean', 'Slots', 'Slower with it']}
      rows={entries.flatMap(({ signals }) =>
        signals.map(({ signal, mean, n, found }) => [signal, mean, n, found ? 'yes' : 'not shown']),
      )}
    />
  );
}

function Connections(): ReactNode {
  const { query } = useScope();
  const answer = useSlowAnswer<ConnectionsAnswer>(urlOf('connections', query));
  const ends = (answer.data?.endpoints ?? []).toSorted((a, b) => (planFor(b) ?? 0) - (planFor(a) ?? 0));
  const rows = ends.map((entry): IntervalRow => ({
    label: peerWords(entry),
    note: counted(entry.sandboxes, 'sandbox', 'sandboxes'),
    value: entry.peak.value,
    low: entry.peak.low,
    high: entry.peak.high,
    mark: 'bar',
    colour: 'c1',
    tickAt: entry.now.value,
    said: count(entry.peak.value ?? 0),
  }));
  return (
    <IntervalCard
      page="connections"
      verdict={connectionsVerdict(ends)}
      answer={answer}
      instead={
        <NotKnowable
          why="A pool size can be said once a sandbox holds a connection after its call."
          then="Sockets to databases and services show here by themselves."
        />
      }
      rows={rows}
      axis={{ kind: 'linear', say: count, title: 'sockets at once' }}
    />
  );
}

const WEIGHT: Readonly<Record<Change['verdict'], number>> = {
  worse: 2,
  better: 1,
  same: 0,
  'not-enough-data': 0,
};

function Versions(): ReactNode {
  const { query } = useScope();
  const { version: _, ...all } = query;
  const answer = useSlowAnswer<VersionsAnswer>(urlOf('versions', all));
  const [deploy] = answer.data?.deploys ?? [];
  // What the sentence names comes first: there is room for three.
  const changes = (deploy?.changes ?? []).toSorted((a, b) => WEIGHT[b.verdict] - WEIGHT[a.verdict]);
  const rows = changes.flatMap((change): IntervalRow[] => {
    const place = relative(change);
    if (!place || !change.difference) return [];
    return [
      {
        label: METRICS[change.metric],
        ...place,
        colour: change.verdict === 'worse' ? 'worse' : change.verdict === 'better' ? 'better' : 'c0',
        isSure: change.verdict !== 'not-enough-data',
        said: differenceWords(change.metric, change.difference.value),
      },
    ];
  });
  return (
    <IntervalCard
      page="versions"
      verdict={deployVerdict(deploy)}
      answer={answer}
      rows={rows}
      axis={{
        kind: 'linear',
        say: (value) => (value === 0 ? '0' : change(value)),
        title: 'of what was before',
        reference: { at: 0, words: 'no change' },
        clipAt: Math.max(0.5, ...rows.map(({ value = 0 }) => 1.2 * Math.abs(value))),
      }}
    />
  );
}

function Overhead(): ReactNode {
  const { query } = useScope();
  const answer = useSlowAnswer<OverheadAnswer>(urlOf('overhead', query));
  const entries = (answer.data?.functions ?? []).toSorted((a, b) => b.warm.n - a.warm.n).slice(0, 1);
  const [entry] = entries;
  const rows = (['warm', 'cold'] as const).flatMap((start): IntervalRow[] => {
    const { value, low, high } = entry?.[start].overheadMs ?? {};
    if (value === undefined) return [];
    return [
      {
        label: `${start} call`,
        value,
        low,
        high,
        colour: start,
        mark: start === 'cold' ? 'diamond' : 'dot',
        said: duration(value),
      },
    ];
  });
  return (
    <IntervalCard
      page="overhead"
      verdict={overheadVerdict(entries)}
      answer={answer}
      rows={rows}
      axis={{ kind: 'logarithmic', say: durationMark, title: 'beside the function, median' }}
    />
  );
}
