import { useMemo } from 'react';
import type { ReactNode } from 'react';
import { urlOf } from '../api/client.ts';
import { useAnswer } from '../api/use-answer.ts';
import { Chart } from '../canvas/chart.tsx';
import { Picture } from '../frame/picture.tsx';
import { save } from '../frame/save.ts';
import { go, withQuery } from '../location.ts';
import { useScope } from '../parts/use-scope.ts';
import { Details } from '../trace/details.tsx';
import { Jaeger } from '../trace/jaeger.tsx';
import { drawMap, mapHeight } from '../trace/map.ts';
import { criticalPath, readTrace } from '../trace/spans.ts';
import type { TraceSpan, WireTrace } from '../trace/spans.ts';
import { traceVerdict } from '../trace/verdict.ts';
import { Waterfall } from '../trace/waterfall.tsx';
import { counted, duration, moment } from '../words.ts';

/** Why did this call take so long? */
export function Page(): ReactNode {
  const { place, utc } = useScope();
  const id = place.id ?? '';
  const answer = useAnswer<WireTrace>(urlOf(`traces/${encodeURIComponent(id)}`), false);
  const trace = useMemo(
    () => (answer.data && answer.data.resourceSpans.length > 0 ? readTrace(answer.data) : undefined),
    [answer.data],
  );
  const critical = useMemo(() => (trace ? criticalPath(trace) : new Map<string, never[]>()), [trace]);
  const wanted = place.query.get('span');
  const selected =
    trace?.spans.find((span) => span.id === wanted) ??
    trace?.spans.find(({ what }) => what === 'code') ??
    trace?.spans[0];
  const failed = trace?.spans.filter((span) => span.failed) ?? [];
  const map = useMemo(() => trace && drawMap(trace), [trace]);
  const verdict = trace ? traceVerdict(trace) : '';
  const select = (span: TraceSpan): void => go(withQuery(place, { span: span.id }), true);
  const nextFailed = (): void => {
    const at = failed.findIndex((span) => span.id === selected?.id);
    const next = failed[(at + 1) % failed.length];
    if (next) select(next);
  };
  const start = trace?.startUnixMs;
  return (
    <>
      <div className="page-head">
        <p className="question">
          Why did this call take so long? <code>trace {id}</code>{' '}
          <button type="button" className="link" onClick={() => void navigator.clipboard.writeText(id)}>
            copy
          </button>{' '}
          {start !== undefined && moment(start, utc)}
        </p>
        <h1>{trace ? verdict : answer.error ? 'This trace cannot be shown.' : 'Reading…'}</h1>
      </div>
      <div className="trace-grid">
        <Picture
          name="trace"
          question={
            trace
              ? `${counted(trace.spans.length, 'span')} in ${counted(trace.services, 'service')}, ${counted(trace.spans.filter(({ isInferred }) => isInferred).length, 'of them', 'of them')} inferred`
              : 'Spans'
          }
          verdict={selected ? `${selected.name} took ${duration(selected.endMs - selected.startMs)}.` : ''}
          isSmall
          answer={answer}
          chips={
            failed.length > 0 && (
              <button type="button" className="chip" onClick={nextFailed}>
                <svg viewBox="0 0 10 10" aria-hidden="true">
                  <path d="M5 0l5 9H0z" fill="var(--err)" />
                </svg>
                {failed.length} failed, next
              </button>
            )
          }
          controls={
            <>
              <button
                type="button"
                className="chip"
                onClick={() =>
                  save(
                    `trace-${id}.json`,
                    new Blob([JSON.stringify(answer.data)], { type: 'application/json' }),
                  )
                }
              >
                OTLP JSON
              </button>
              <Jaeger id={id} />
            </>
          }
          legend={[
            { mark: 'bar', colour: 'cold', label: 'cold start' },
            { mark: 'bar', colour: 'warm', label: 'your code' },
            { mark: 'bar', colour: 'c1', label: 'I/O' },
            { mark: 'bar', colour: 'c0', label: 'caller' },
            { mark: 'hatch', colour: 'cold', label: 'hatched: inferred' },
            { mark: 'under', colour: 'ink', label: 'critical path' },
            ...(failed.length > 0 ? [{ mark: 'triangle', colour: 'err', label: 'failed' } as const] : []),
          ]}
          {...(map && trace && { png: { draw: map, height: mapHeight(trace) } })}
          table={{
            columns: [
              { label: 'Span' },
              { label: 'Service' },
              { label: 'Start', unit: 'ms' },
              { label: 'Duration', unit: 'ms' },
              { label: 'On the critical path', unit: 'ms' },
              { label: 'Failed' },
              { label: 'Known by' },
            ],
            rows: (trace?.spans ?? []).map((span) => [
              `${'· '.repeat(span.depth)}${span.name}`,
              span.service,
              span.startMs,
              span.endMs - span.startMs,
              (critical.get(span.id) ?? []).reduce((sum, [from, to]) => sum + to - from, 0),
              span.failed ? 'failed' : 'no',
              span.isInferred ? 'inferred' : 'sent',
            ]),
          }}
        >
          {map && trace && <Chart draw={map} height={mapHeight(trace)} label={verdict} />}
          {trace && (
            <Waterfall
              trace={trace}
              critical={critical}
              selected={selected?.id}
              onSelect={select}
              onNextFailed={nextFailed}
            />
          )}
        </Picture>
        {trace && selected && <Details span={selected} trace={trace} />}
      </div>
    </>
  );
}
