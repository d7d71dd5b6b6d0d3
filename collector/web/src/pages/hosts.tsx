import { useCallback, useMemo } from 'react';
import type { ReactNode } from 'react';
import type { Host, HopsAnswer, HostsAnswer, PointsEntry } from '../api/answers.ts';
import { urlOf } from '../api/client.ts';
import { useAnswer } from '../api/use-answer.ts';
import { Chart } from '../canvas/chart.tsx';
import type { Token } from '../canvas/pen.ts';
import {
  cellsOf,
  drawHeat,
  drawPacking,
  drawScatter,
  heatHeight,
  LEAST_EXPECTED,
  packedAt,
  packingHeight,
  scatterHeight,
} from '../charts/hosts.ts';
import type { Life } from '../charts/lifelines.ts';
import { Chip, HOST_KNOWLEDGE, KnowMark } from '../frame/chip.tsx';
import { FirstRun } from '../frame/first-run.tsx';
import { Picture } from '../frame/picture.tsx';
import { Segments } from '../frame/segments.tsx';
import { go, onPage, withQuery } from '../location.ts';
import { colourOf, overlap, tally } from '../statistics.ts';
import { hopsVerdict } from '../verdicts.ts';
import { mostHopping } from '../verdicts/hops.ts';
import { clock, count, counted, interval, sentence, share, shortId, spelled } from '../words.ts';
import { Hopping } from '../parts/hopping.tsx';
import { openPoint } from '../parts/open-point.ts';
import { UnknownHosts } from '../parts/unknown-hosts.tsx';
import { useLives } from '../parts/use-lives.ts';
import { useScope } from '../parts/use-scope.ts';

/** Which hosts serve a function, does it hop, how sure is it, and how are sandboxes packed? */
export function Page(): ReactNode {
  const { place, range, query, utc, zoom, zoomOut } = useScope();
  const hosts = useAnswer<HostsAnswer>(urlOf('hosts', query), range.isLive);
  const hops = useAnswer<HopsAnswer>(urlOf('hops', query), range.isLive);
  const { sandboxes, points, lives, domain } = useLives(query, range.isLive);
  const hasPath = place.query.get('path') === 'line';
  const entry = useMemo(() => mostHopping(hops.data?.functions ?? [])[0], [hops.data]);
  const marked = place.query.get('host') ?? undefined;
  const list = useMemo(() => {
    const all = (hosts.data?.hosts ?? []).toSorted((a, b) => b.invocations - a.invocations);
    return marked === undefined ? all : all.filter(({ id }) => id === marked);
  }, [hosts.data, marked]);
  const hostOf = useMemo(() => {
    const map = new Map(lives.map(({ sandbox }) => [sandbox.id, sandbox.host.id]));
    return (sandbox: string | undefined): string | undefined =>
      sandbox === undefined ? undefined : map.get(sandbox);
  }, [lives]);
  const open = useMemo(
    () => (point: PointsEntry) => void openPoint(place, point).catch(() => undefined),
    [place],
  );
  const isOne = query['function'] !== undefined;
  const colour = useMemo(
    () =>
      colourOf<Token>(tally(lives.map(({ sandbox }) => sandbox.function)), ['c1', 'c3', 'c4', 'c5'], 'c0'),
    [lives],
  );
  const scatter = useMemo(
    () =>
      drawScatter({
        points: points.data?.points ?? [],
        hostOf,
        hosts: list,
        domain,
        utc,
        hasPath,
        open,
        colour: isOne ? () => 'warm' : ({ function: name }) => colour(name),
      }),
    [points.data, hostOf, list, domain, utc, hasPath, open, isOne, colour],
  );
  const { ids, cells } = useMemo(() => cellsOf(entry, list), [entry, list]);
  const heat = useMemo(() => drawHeat(ids, cells), [ids, cells]);
  const busiest = useMemo(
    () =>
      overlap(
        lives
          .filter(({ sandbox }) => sandbox.host.id !== undefined)
          .map(({ firstMs, endMs }) => ({ fromMs: firstMs, toMs: endMs })),
      ),
    [lives],
  );
  const packed = useMemo(() => packedAt(lives, busiest.mostAtMs + 0.5), [lives, busiest]);
  const packing = useMemo(
    () =>
      drawPacking(packed, busiest.mostAtMs, colour, (life: Life) =>
        go(onPage(place, 'sandbox', life.sandbox.id)),
      ),
    [packed, busiest, colour, place],
  );

  const packedHeight = useCallback((width: number) => packingHeight(packed, width), [packed]);

  const { data } = hosts;
  if (data && data.hosts.length === 0 && data.unknown.invocations === 0 && !hosts.isOld) return <FirstRun />;
  const isKnown = (data?.hosts.length ?? 0) > 0;
  const many = !isOne && (hops.data?.functions.length ?? 0) > 1;
  const verdict =
    many && isKnown
      ? `${sentence(spelled(list.length))} ${list.length === 1 ? 'host serves' : 'hosts serve'} all functions.`
      : hopsVerdict(entry, data && (isKnown ? list.length : 0));
  const names = [
    ...new Set(packed.flatMap(({ lives: own }) => own.map(({ sandbox }) => sandbox.function))),
  ].filter((name) => colour(name) !== 'c0');
  const all = points.data?.points ?? [];
  const seen = {
    warm: all.some(({ cold, failed }) => !cold && !failed),
    cold: all.some(({ cold, failed }) => cold && !failed),
    failed: all.some(({ failed }) => failed),
  };
  const ratios = cells
    .filter(({ expected }) => expected >= LEAST_EXPECTED)
    .map(({ seen: times, expected }) => times / expected);
  const warmNames = [...new Set(all.filter(({ cold }) => !cold).map(({ function: name }) => name))].filter(
    (name) => colour(name) !== 'c0',
  );
  const knowledge = HOST_KNOWLEDGE[entry?.hostConfidence ?? list[0]?.confidence ?? 'none'];
  const evidence = entry && {
    n: `${counted(entry.pairs, 'pair')} of calls${many ? ` of ${entry.function}` : ''}, ${counted(entry.hops, 'hop')}`,
    interval:
      entry.pairs > 0
        ? `${interval(entry.rate.low, entry.rate.high, share)}; overlapping calls have no order, bounds ${count(entry.hopsLow)} to ${count(entry.hopsHigh)} hops`
        : undefined,
    complete: `${share(entry.knownRatio)} of calls have a known host`,
    restsOn: knowledge?.why ?? '',
    wrongIf: 'sandboxes were cloned from one running image',
  };
  return (
    <>
      {many && isKnown && <Hopping answer={hops} hosts={list.length} />}
      <div className="columns two-one">
        <Picture
          name="hop-scatter"
          question={many ? 'Which hosts serve which calls?' : 'Which hosts serve it, and does it hop?'}
          verdict={verdict}
          answer={hosts}
          chips={knowledge && <Chip how={knowledge.how}>{knowledge.words}</Chip>}
          controls={
            <>
              <Segments
                label="Drawn"
                value={hasPath ? 'line' : 'dots'}
                options={[
                  ['dots', 'Scatter'],
                  ['line', 'Path'],
                ]}
                onChoose={(value) =>
                  go(withQuery(place, { path: value === 'line' ? 'line' : undefined }), true)
                }
              />
              {marked !== undefined && (
                <button
                  type="button"
                  className="chip"
                  onClick={() => go(withQuery(place, { host: undefined }))}
                >
                  host {shortId(marked)} ×
                </button>
              )}
            </>
          }
          legend={[
            ...(isOne
              ? [{ mark: 'dot', colour: 'warm', label: 'warm call', occurs: seen.warm } as const]
              : warmNames.map((name) => ({ mark: 'dot' as const, colour: colour(name), label: name }))),
            { mark: 'diamond', colour: 'cold', label: 'cold start', occurs: seen.cold },
            { mark: 'triangle', colour: 'err', label: 'failed', occurs: seen.failed },
          ]}
          note={
            points.data &&
            `${count(points.data.points.length)} of ${count(points.data.invocations)} dots; every cold start drawn`
          }
          png={{ draw: scatter, height: scatterHeight(list) }}
          table={hostTable(list)}
          evidence={evidence}
          {...(data && !isKnown && { instead: <UnknownHosts query={query} isLive={range.isLive} /> })}
        >
          <Chart
            draw={scatter}
            height={scatterHeight(list)}
            label={verdict}
            onBrush={zoom}
            onZoomOut={zoomOut}
          />
        </Picture>
        <Sure hosts={list} answer={hosts} sandboxes={lives.length} knownShare={entry?.knownRatio} />
      </div>
      {isKnown && (
        <div className="columns one-two">
          <Picture
            name="transitions"
            question={`Where does the next call go?${many && entry ? ` (${entry.function})` : ''}`}
            verdict={nextVerdict(cells)}
            isSmall
            answer={hops}
            legend={[
              {
                mark: 'bar',
                colour: 'cold',
                label: 'more than by chance',
                occurs: ratios.some((r) => r >= 1),
              },
              { mark: 'bar', colour: 'warm', label: 'less', occurs: ratios.some((r) => r < 1) },
              {
                mark: 'pale-hatch',
                colour: 'rule',
                label: 'too few to compare: the count',
                occurs: ratios.length < cells.length,
              },
            ]}
            png={{ draw: heat, height: heatHeight(ids.length) }}
            table={{
              columns: [{ label: 'From' }, { label: 'To' }, { label: 'Seen' }, { label: 'By chance' }],
              rows: cells.map(({ from, to, seen, expected }) => [from, to, seen, expected]),
            }}
          >
            <Chart draw={heat} height={heatHeight(ids.length)} label={nextVerdict(cells)} />
          </Picture>
          <Picture
            name="packing"
            question="How are sandboxes packed on hosts?"
            verdict={packedVerdict(packed, busiest.mostAtMs, utc)}
            isSmall
            answer={sandboxes}
            legend={[
              ...names.map((name) => ({ mark: 'bar' as const, colour: colour(name), label: name })),
              { mark: 'box', colour: 'line', label: 'a host; what else is on it is not known' },
            ]}
            note="filled: busy; pale: idle"
            png={{ draw: packing, height: packedHeight }}
            table={{
              columns: [{ label: 'Host' }, { label: 'Sandboxes' }, { label: 'Busy' }],
              rows: packed.map(({ id, lives: own }) => [
                id,
                own.length,
                own.filter(({ busy }) =>
                  busy.some(({ fromMs, toMs }) => fromMs <= busiest.mostAtMs && toMs >= busiest.mostAtMs),
                ).length,
              ]),
            }}
          >
            <Chart
              draw={packing}
              height={packedHeight}
              label={packedVerdict(packed, busiest.mostAtMs, utc)}
            />
          </Picture>
        </div>
      )}
    </>
  );
}

function nextVerdict(
  cells: readonly {
    readonly from: string;
    readonly to: string;
    readonly seen: number;
    readonly expected: number;
  }[],
): string {
  const own = cells
    .filter(({ from, to, expected }) => from === to && expected >= LEAST_EXPECTED)
    .map(({ seen, expected }) => seen / expected);
  if (own.length === 0) return 'Where the next call goes is not known yet.';
  const [low, high] = [Math.min(...own), Math.max(...own)];
  if (low > 1.2)
    return `Mostly to the same host: ${low.toFixed(1)}${high - low < 0.15 ? '' : ` to ${high.toFixed(1)}`}\u00A0× chance.`;
  return high < 0.8 ? `Mostly to another host: the same ${low.toFixed(1)} × chance.` : 'About as by chance.';
}

function packedVerdict(
  hosts: readonly { readonly lives: readonly Life[] }[],
  atMs: number,
  utc: boolean,
): string {
  const all = hosts.reduce((sum, { lives }) => sum + lives.length, 0);
  const used = hosts.filter(({ lives }) => lives.length > 0);
  if (all === 0) return 'No sandbox was on a known host.';
  const numbers = used.map(({ lives }) => lives.length);
  const [low, high] = [Math.min(...numbers), Math.max(...numbers)];
  const each = low === high ? `${low} on each` : `${low} to ${high} on each`;
  return `At the busiest moment (${clock(atMs, utc)}) ${counted(all, 'sandbox was', 'sandboxes were')} on ${counted(used.length, 'host')}, ${each}.`;
}

function hostTable(hosts: readonly Host[]) {
  return {
    columns: [
      { label: 'Host' },
      { label: 'How known' },
      { label: 'Evidence' },
      { label: 'Sandboxes' },
      { label: 'Alive' },
      { label: 'Calls' },
      { label: 'First seen' },
      { label: 'Last seen' },
      { label: 'Functions' },
    ],
    rows: hosts.map(
      ({ id, confidence, evidence, sandboxes, alive, invocations, firstSeen, lastSeen, functions }) => [
        id,
        HOST_KNOWLEDGE[confidence]?.words,
        evidence.join('; '),
        sandboxes,
        alive,
        invocations,
        firstSeen,
        lastSeen,
        functions.join(', '),
      ],
    ),
  };
}

interface SureProps {
  readonly hosts: readonly Host[];
  readonly answer: ReturnType<typeof useAnswer<HostsAnswer>>;
  readonly sandboxes: number;
  readonly knownShare: number | undefined;
}

/** The evidence for each kind of knowledge, always visible. */
function Sure({ hosts, answer, sandboxes, knownShare }: SureProps): ReactNode {
  const kinds = new Map<string, number>();
  for (const { confidence } of hosts) kinds.set(confidence, (kinds.get(confidence) ?? 0) + 1);
  const proven = kinds.get('kernel') ?? 0;
  const told = kinds.get('declared') ?? 0;
  const verdict =
    hosts.length === 0
      ? 'Cannot be identified here: the sandbox reveals nothing about the host.'
      : proven === hosts.length
        ? 'Proven: sandboxes share kernels, so one boot id is one machine.'
        : told === hosts.length
          ? 'Told by the platform or by you.'
          : `${count(proven)} of ${counted(hosts.length, 'host')} proven, ${count(told)} told, the rest inferred.`;
  const rows = [
    [
      'proven',
      'Kernels fewer than sandboxes',
      hosts.length === 0 ? 'not here' : `${count(hosts.length)} : ${count(sandboxes)}`,
    ],
    ['proven', 'Share a kernel, proven', `${count(proven)} of ${count(hosts.length)}`],
    ['told', 'Host told', `${count(told)} of ${count(hosts.length)}`],
    [
      'inferred',
      'Boot times agree, inferred',
      `${count(kinds.get('derived') ?? 0)} of ${count(hosts.length)}`,
    ],
    ['none', 'Calls on a host that is not known', count(answer.data?.unknown.invocations ?? 0)],
  ] as const;
  return (
    <Picture
      name="how-sure"
      question="How sure is that?"
      verdict={verdict}
      isSmall
      answer={answer}
      table={hostTable(hosts)}
      evidence={{
        n: counted(hosts.length, 'host'),
        complete: knownShare === undefined ? undefined : `${share(knownShare)} of calls`,
        restsOn: 'kernel boot ids, boot times, declared ids',
        wrongIf: 'nodes were cloned from one running image',
      }}
    >
      <table className="data">
        <tbody>
          {rows.map(([how, what, value]) => (
            <tr key={what}>
              <td>
                <KnowMark how={how} /> {what}
              </td>
              <td className="num">{value}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <ul className="dim">
        {hosts.slice(0, 4).map(({ id, evidence }) => (
          <li key={id} className="cut">
            <code>{shortId(id)}</code> <bdi>{evidence.join('; ')}</bdi>
          </li>
        ))}
      </ul>
    </Picture>
  );
}
