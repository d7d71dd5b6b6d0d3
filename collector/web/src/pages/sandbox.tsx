import { useMemo } from 'react';
import type { ReactNode } from 'react';
import type { InvocationsAnswer, Invocation, PointsEntry, SandboxAnswer } from '../api/answers.ts';
import { urlOf } from '../api/client.ts';
import { useAnswer } from '../api/use-answer.ts';
import { amounts, drawLines, durationLines, durationScale, linear, timeAxis } from '../canvas/axes.ts';
import { Chart } from '../canvas/chart.tsx';
import type { Draw } from '../canvas/chart.tsx';
import { lifeOf, lifeWords } from '../charts/lifelines.ts';
import { Picture } from '../frame/picture.tsx';
import { To } from '../frame/to.tsx';
import { NotEnough } from '../frame/states.tsx';
import { onPage, withQuery } from '../location.ts';
import { bytes, clock, counted, duration, moment } from '../words.ts';
import { openPoint } from '../parts/open-point.ts';
import { useScope } from '../parts/use-scope.ts';

const HEIGHT = 230;

/** One sandbox: each of its calls, how it ended, and what grew during its lifetime. */
export function Page(): ReactNode {
  const { place, range, query, utc, zoom, zoomOut } = useScope();
  const id = place.id ?? '';
  const { from, to } = query;
  const answer = useAnswer<SandboxAnswer>(
    urlOf(`sandboxes/${encodeURIComponent(id)}`, { from, to }),
    range.isLive,
  );
  const { data } = answer;
  const calls = useAnswer<InvocationsAnswer>(
    data && urlOf('invocations', { from, to, function: data.function, sandbox: data.id, limit: 300 }),
    false,
  );
  const open = useMemo(
    () => (point: PointsEntry) => void openPoint(place, point).catch(() => undefined),
    [place],
  );
  const draw = useMemo(() => data && drawCalls(data, utc, open), [data, utc, open]);
  const life = data && lifeOf(data, [], Math.min(Date.parse(data.to), Date.now()));
  const words = life ? lifeWords(life, utc) : [];
  const steps = data?.lifeline ?? [];
  const told = (calls.data?.invocations ?? []).filter(
    ({ memoryRssBytes, ordinal }) => memoryRssBytes !== undefined && ordinal !== undefined,
  );
  const growth = useMemo(() => drawMemory(told), [calls.data]);
  const verdict = data
    ? `${words[0]}; ${counted(data.invocations, 'call')}${data.lost > 0 ? `, ${counted(data.lost, 'more')} lost` : ''}.`
    : '';
  return (
    <>
      <div className="page-head">
        <p className="question">
          What did this sandbox do? <code>{data?.id ?? id}</code>
        </p>
        <h1>{data ? verdict : 'Reading…'}</h1>
      </div>
      <Picture
        name="calls"
        question="When was it called, and how long did each call take?"
        verdict={words[1] === undefined ? '' : `${words[1].charAt(0).toUpperCase()}${words[1].slice(1)}.`}
        isSmall
        answer={answer}
        legend={[
          { mark: 'dot', colour: 'warm', label: 'warm call' },
          { mark: 'diamond', colour: 'cold', label: 'cold start' },
          ...(data?.state === 'evicted'
            ? [{ mark: 'hatch', colour: 'ink2', label: 'evicted within' } as const]
            : []),
          ...(data?.state === 'confirmed'
            ? [{ mark: 'tick', colour: 'ink', label: 'goodbye' } as const]
            : []),
        ]}
        {...(draw && { png: { draw, height: HEIGHT } })}
        table={{
          columns: [
            { label: 'Call' },
            { label: 'Start' },
            { label: 'Duration', unit: 'ms' },
            { label: 'Kind' },
          ],
          rows: steps.map(({ ordinal, start, durationMs, cold }) => [
            ordinal,
            start,
            durationMs,
            cold === undefined ? undefined : cold ? 'cold' : 'warm',
          ]),
        }}
        evidence={{
          n: counted(steps.length, 'call'),
          complete:
            data && (data.lost === 0 ? 'no gap in the ordinals' : `${counted(data.lost, 'call')} lost`),
          restsOn: data ? `state ${data.state}, by ${data.ground.replaceAll('-', ' ')}` : '',
        }}
      >
        {draw && <Chart draw={draw} height={HEIGHT} label={verdict} onBrush={zoom} onZoomOut={zoomOut} />}
      </Picture>
      <div className="columns half">
        <Picture
          name="memory"
          question="What grows over its life?"
          verdict={memoryVerdict(told)}
          isSmall
          answer={calls}
          png={{ draw: growth, height: HEIGHT }}
          table={{
            columns: [{ label: 'Call' }, { label: 'Memory in use', unit: 'By' }],
            rows: told.toReversed().map(({ ordinal, memoryRssBytes }) => [ordinal, memoryRssBytes]),
          }}
          evidence={{
            n: counted(told.length, 'call'),
            restsOn: 'resident memory at the end of each call',
            wrongIf: 'memory is given back only under pressure',
          }}
          {...(told.length < 3 && {
            instead: (
              <NotEnough
                what="Whether anything grows is not known yet."
                have={told.length}
                need={3}
                of="calls that reported their memory"
              />
            ),
          })}
        >
          <Chart draw={growth} height={HEIGHT} label={memoryVerdict(told)} />
        </Picture>
        <section className="card small" aria-label="Facts">
          <h2 className="verdict">What it is</h2>
          {data && <Facts sandbox={data} utc={utc} />}
          <p>
            <To
              place={{ ...onPage(place, 'sandboxes'), scope: data ? { function: data.function } : {} }}
              className="link"
            >
              All sandboxes of {data?.function ?? 'its function'}
            </To>
          </p>
          {data?.host.id !== undefined && (
            <p>
              <To
                place={withQuery({ ...onPage(place, 'hosts'), scope: {} }, { host: data.host.id })}
                className="link"
              >
                Its host and what else ran there
              </To>
            </p>
          )}
        </section>
      </div>
    </>
  );
}

function Facts({ sandbox, utc }: { readonly sandbox: SandboxAnswer; readonly utc: boolean }): ReactNode {
  const {
    function: name,
    version,
    instance,
    bootId,
    host,
    firstSeen,
    lastSeen,
    restarts,
    evictedProbability,
    reason,
  } = sandbox;
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['Function', name],
    ['Version', version],
    ['Instance', instance],
    ['Kernel', bootId],
    ['Host', host.id === undefined ? 'not identifiable here' : `${host.id} (${host.confidence})`],
    ['First call', moment(Date.parse(firstSeen), utc)],
    ['Last end', clock(Date.parse(lastSeen), utc)],
    ['Restarts', String(restarts)],
    ['Gone with', `${(evictedProbability * 100).toFixed(1)} %`],
    ['Reported reason', reason],
  ];
  return (
    <details className="group" open>
      <summary className="visually-hidden">Facts</summary>
      <dl>
        {facts.map(([term, value]) =>
          value === undefined
            ? null
            : [
                <dt key={term}>{term}</dt>,
                <dd key={`${term} value`}>
                  <bdi>{value}</bdi>
                </dd>,
              ],
        )}
      </dl>
    </details>
  );
}

const drawCalls =
  (sandbox: SandboxAnswer, utc: boolean, open: (point: PointsEntry) => void): Draw =>
  (pen, { width, height }) => {
    const [left, right, bottom] = [58, width - 12, height - 24];
    const steps = sandbox.lifeline.map((step) => ({ ...step, ms: Date.parse(step.start) }));
    const life = lifeOf(sandbox, [], Math.min(Date.parse(sandbox.to), Date.now()));
    const endMs = Math.max(life.endMs, life.beforeMs ?? 0);
    const pad = Math.max(500, (endMs - life.firstMs) * 0.03);
    const x = linear(life.firstMs - pad, endMs + pad, left, right);
    const { y, marks } = durationScale(
      steps.map(({ durationMs }) => durationMs),
      bottom - 8,
      10,
    );
    durationLines(pen, y, marks, { left, right });
    if (sandbox.state === 'evicted' && life.afterMs !== undefined && life.beforeMs !== undefined) {
      const start = x(Math.max(life.lastMs, life.afterMs));
      pen.hatch(start, 10, Math.max(3, x(life.beforeMs) - start), bottom - 10, 'line');
      pen.cross(x(life.endMs), bottom / 2, 5);
    }
    if (sandbox.state === 'confirmed')
      pen.tick(x(life.endMs), bottom / 2, bottom - 20, sandbox.cause === 'deploy');
    for (const { ms, durationMs, cold } of steps) {
      if (cold) pen.diamond(x(ms), y(durationMs), 5.5);
      else pen.dot(x(ms), y(durationMs), 2.8, 'warm');
    }
    timeAxis(pen, x, bottom, { left, right }, utc);
    return {
      marks: steps.map(({ ms, durationMs, cold, ordinal }) => ({
        x: x(ms),
        y: y(durationMs),
        kind: cold ? ('cold' as const) : ('warm' as const),
        says: () =>
          [
            `${duration(durationMs)} ${cold ? 'cold' : 'warm'}`,
            clock(ms, utc),
            ordinal === undefined ? '' : `call ${ordinal} of this sandbox`,
          ].filter((text) => text !== ''),
        open: () => open({ startUnixMs: ms, durationMs, function: sandbox.function, sandbox: sandbox.id }),
      })),
      brush: { left, right, valueAt: x.invert },
    };
  };

const ends = (calls: readonly Invocation[]): readonly [number, number] => {
  const sorted = calls.toSorted((a, b) => (a.ordinal ?? 0) - (b.ordinal ?? 0));
  return [sorted[0]?.memoryRssBytes ?? 0, sorted.at(-1)?.memoryRssBytes ?? 0];
};

function memoryVerdict(calls: readonly Invocation[]): string {
  if (calls.length < 3) return 'What grows is not known yet.';
  const [first, last] = ends(calls);
  const change = last - first;
  if (Math.abs(change) < 0.05 * first) return `Its memory stays at about ${bytes(last)}.`;
  return `Its memory ${change > 0 ? 'grew' : 'fell'} from ${bytes(first)} to ${bytes(last)} over ${counted(calls.length, 'call')}.`;
}

const drawMemory =
  (calls: readonly Invocation[]): Draw =>
  (pen, { width, height }) => {
    const [left, right, bottom] = [62, width - 12, height - 24];
    const sorted = calls.toSorted((a, b) => (a.ordinal ?? 0) - (b.ordinal ?? 0));
    const numbers = sorted.map(({ ordinal }) => ordinal ?? 0);
    const x = linear(Math.min(1, ...numbers), Math.max(2, ...numbers), left + 6, right);
    const { y, marks } = amounts(
      Math.max(...sorted.map(({ memoryRssBytes }) => (memoryRssBytes ?? 0) / 1_048_576), 1),
      bottom,
      10,
    );
    drawLines(pen, y, marks, { left, right }, (megabytes) => bytes(megabytes * 1_048_576));
    const at = ({ ordinal = 0, memoryRssBytes = 0 }: Invocation): [number, number] => [
      x(ordinal),
      y(memoryRssBytes / 1_048_576),
    ];
    pen.line(sorted.map(at), 'c1', 1.6);
    for (const call of sorted) pen.dot(...at(call), 2.4, 'c1');
    pen.text('call of its life', (left + right) / 2, height - 8, { align: 'center' });
    pen.text('1', left + 6, height - 8, { align: 'center' });
    pen.text(String(Math.max(...numbers, 1)), right, height - 8, { align: 'right' });
    return {
      marks: sorted.map((call) => ({
        x: at(call)[0],
        y: at(call)[1],
        kind: 'other' as const,
        says: () => [bytes(call.memoryRssBytes ?? 0), `after call ${call.ordinal}`],
      })),
    };
  };
