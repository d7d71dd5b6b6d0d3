import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useMemo, useRef, useState } from 'react';
import type { KeyboardEvent, ReactNode } from 'react';
import { urlOf } from '../api/client.ts';
import { useAnswer } from '../api/use-answer.ts';
import { linear } from '../canvas/axes.ts';
import { Chart } from '../canvas/chart.tsx';
import type { Draw } from '../canvas/chart.tsx';
import type { Token } from '../canvas/pen.ts';
import { Picture } from '../frame/picture.tsx';
import { save } from '../frame/save.ts';
import { go, withQuery } from '../location.ts';
import { groupsOf } from '../trace/attributes.ts';
import { criticalPath, readTrace } from '../trace/spans.ts';
import type { Trace, TraceSpan, WireTrace } from '../trace/spans.ts';
import { traceVerdict } from '../trace/verdict.ts';
import { counted, duration, moment } from '../words.ts';
import { useScope } from '../parts/use-scope.ts';

const COLOURS: Readonly<Record<TraceSpan['what'], Token>> = {
  start: 'cold',
  code: 'warm',
  io: 'c1',
  telemetry: 'c3',
  caller: 'c0',
};
const mapHeight = ({ spans }: Trace): number => Math.min(58, 14 + 6 * spans.length);

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

/** Where Jaeger is, asked once. */
function Jaeger({ id }: { readonly id: string }): ReactNode {
  const [address, setAddress] = useState(
    () => localStorage.getItem('sandscope.jaeger') ?? 'http://127.0.0.1:16686',
  );
  const isAddress = /^https?:\/\//.test(address);
  return (
    <details className="menu">
      <summary className="chip">Jaeger ↗</summary>
      <div className="sheet">
        <label>
          Where Jaeger’s page is
          <input
            className="control"
            value={address}
            onChange={({ target: { value } }) => {
              setAddress(value);
              localStorage.setItem('sandscope.jaeger', value);
            }}
          />
        </label>
        {isAddress && (
          <a
            className="control"
            href={`${address.replace(/\/+$/, '')}/trace/${encodeURIComponent(id)}`}
            rel="noreferrer"
            target="_blank"
          >
            Open this trace there
          </a>
        )}
      </div>
    </details>
  );
}

/** All spans in one strip; after the answer it is hatched. */
const drawMap =
  (trace: Trace): Draw =>
  (pen, { width, height }) => {
    const x = linear(0, trace.totalMs, 1, width - 1);
    pen.rect(0, 0, width, height, 'sunk');
    if (trace.answeredMs < trace.totalMs * 0.995) pen.hatch(x(trace.answeredMs), 0, width, height, 'rule');
    const row = Math.min(6, (height - 10) / trace.spans.length);
    for (const [index, span] of trace.spans.entries()) {
      const colour = span.failed ? 'err' : COLOURS[span.what];
      pen.rect(
        x(span.startMs),
        6 + index * row,
        Math.max(1.5, x(span.endMs) - x(span.startMs)),
        Math.max(1, row - 1.5),
        colour,
      );
    }
    if (trace.answeredMs < trace.totalMs * 0.97) {
      pen.line(
        [
          [x(trace.answeredMs), 0],
          [x(trace.answeredMs), height],
        ],
        'ink',
        1,
        [2, 2],
      );
      const isLeft = x(trace.answeredMs) > width - 130;
      pen.text('caller has the answer', x(trace.answeredMs) + (isLeft ? -5 : 5), 9, {
        isBold: true,
        colour: 'ink',
        align: isLeft ? 'right' : 'left',
        halo: true,
      });
    }
    return {
      marks: trace.spans.map((span, index) => ({
        x: (x(span.startMs) + x(span.endMs)) / 2,
        y: 6 + index * row + row / 2,
        halfWidth: (x(span.endMs) - x(span.startMs)) / 2,
        halfHeight: Math.max(0.5, row / 2 - 1),
        kind: span.failed ? ('failed' as const) : ('other' as const),
        says: () => [`${span.name}: ${duration(span.endMs - span.startMs)}`, span.service],
      })),
    };
  };

const ROW = 24;

interface WaterfallProps {
  readonly trace: Trace;
  readonly critical: ReadonlyMap<string, readonly (readonly [number, number])[]>;
  readonly selected: string | undefined;
  readonly onSelect: (span: TraceSpan) => void;
  readonly onNextFailed: () => void;
}

/** A row a span, as many as fit. */
function Waterfall({ trace, critical, selected, onSelect, onNextFailed }: WaterfallProps): ReactNode {
  const box = useRef<HTMLDivElement>(null);
  const { spans, totalMs, answeredMs } = trace;
  const rows = useVirtualizer({
    count: spans.length,
    getScrollElement: () => box.current,
    estimateSize: () => ROW,
    overscan: 12,
  });
  const at = spans.findIndex(({ id }) => id === selected);
  useEffect(() => {
    if (at >= 0) rows.scrollToIndex(at, { align: 'auto' });
  }, [at]);
  const key = (event: KeyboardEvent): void => {
    const steps: Readonly<Record<string, number>> = {
      ArrowDown: 1,
      ArrowUp: -1,
      Home: -spans.length,
      End: spans.length,
    };
    const by = steps[event.key];
    if (event.key === 'e') onNextFailed();
    if (by === undefined) return;
    event.preventDefault();
    const next = spans[Math.max(0, Math.min(spans.length - 1, at + by))];
    if (next) onSelect(next);
  };
  const percent = (ms: number): string => `${(100 * ms) / totalMs}%`;
  return (
    <>
      <svg width="0" height="0" aria-hidden="true">
        <defs>
          {(['cold', 'rule'] as const).map((token) => (
            <pattern
              key={token}
              id={`hatch-${token}`}
              width="5"
              height="5"
              patternUnits="userSpaceOnUse"
              patternTransform="rotate(45)"
            >
              <rect width="2" height="5" fill={`var(--${token})`} />
            </pattern>
          ))}
        </defs>
      </svg>
      <div className="ruler" aria-hidden="true">
        <span />
        <svg width="100%" height="20">
          {[0, 0.25, 0.5, 0.75, 1].map((part) => (
            <text
              key={part}
              className={part === 0.25 || part === 0.75 ? 'quarter' : undefined}
              x={`${part * 100}%`}
              y="14"
              textAnchor={part === 0 ? 'start' : part === 1 ? 'end' : 'middle'}
            >
              <tspan className="second-text">{duration(totalMs * part)}</tspan>
            </text>
          ))}
        </svg>
      </div>
      <div
        className="spans"
        ref={box}
        role="tree"
        aria-label="Spans"
        tabIndex={0}
        aria-activedescendant={selected && `span-${selected}`}
        onKeyDown={key}
      >
        <div role="presentation" style={{ height: rows.getTotalSize(), position: 'relative' }}>
          {rows.getVirtualItems().map(({ index, start }) => {
            const span = spans[index]!;
            const [startPart, endPart] = [span.startMs / totalMs, span.endMs / totalMs];
            // Beside the bar where there is room, else in it.
            const isRight = endPart > 0.72 && startPart > 0.28;
            const isInside = endPart > 0.72 && !isRight;
            const millis = span.endMs - span.startMs;
            return (
              <div
                key={span.id}
                id={`span-${span.id}`}
                role="treeitem"
                aria-level={span.depth + 1}
                aria-selected={span.id === selected}
                style={{ transform: `translateY(${start}px)` }}
                onClick={() => onSelect(span)}
              >
                <span className="visually-hidden says">{`${span.name}, ${span.service}, ${duration(millis)}${span.failed ? ', failed' : ''}${span.isInferred ? ', inferred' : ''}`}</span>
                <span
                  className="name"
                  aria-hidden="true"
                  style={{ paddingLeft: Math.min(span.depth, 12) * 12 }}
                >
                  <bdi className={span.isInferred ? 'cut guess' : 'cut'} title={span.name}>
                    {span.name}
                  </bdi>
                  <bdi className="cut service">{span.service}</bdi>
                </span>
                <svg aria-hidden="true">
                  {answeredMs < totalMs * 0.995 && (
                    <rect
                      x={percent(answeredMs)}
                      width={percent(totalMs - answeredMs)}
                      height="24"
                      fill="var(--sunk)"
                      fillOpacity="0.7"
                    />
                  )}
                  <rect
                    x={percent(span.startMs)}
                    y="5"
                    width={percent(millis)}
                    height="11"
                    rx="1.5"
                    fill={span.isInferred ? 'url(#hatch-cold)' : `var(--${COLOURS[span.what]})`}
                    stroke={span.isInferred ? 'var(--cold)' : `var(--${COLOURS[span.what]})`}
                  />
                  {(critical.get(span.id) ?? []).map(([from, to]) => (
                    <rect
                      key={from}
                      x={percent(from)}
                      y="18.5"
                      width={percent(to - from)}
                      height="2"
                      fill="var(--ink)"
                    />
                  ))}
                  {span.failed && (
                    <svg x={percent(span.startMs)} y="4" width="12" height="12" overflow="visible">
                      <path d="M-4 0l5 9h-10z" fill="var(--err)" stroke="var(--card)" />
                    </svg>
                  )}
                  <text
                    x={percent(isRight || isInside ? span.startMs : span.endMs)}
                    dx={isRight ? -7 : 7}
                    y="14.5"
                    textAnchor={isRight ? 'end' : 'start'}
                  >
                    {duration(millis)}
                    <tspan className="second-text">
                      {' '}
                      {span.message === undefined || span.message === ''
                        ? ''
                        : ` ${span.message.slice(0, 60)}`}
                    </tspan>
                  </text>
                </svg>
              </div>
            );
          })}
        </div>
      </div>
    </>
  );
}

/** What a span says, in plain words and as sent. */
function Details({ span, trace }: { readonly span: TraceSpan; readonly trace: Trace }): ReactNode {
  const groups = groupsOf(span);
  const [wanted, setWanted] = useState('');
  const all = [...span.attributes, ...span.resource].filter(({ key, value }) =>
    `${key} ${value}`.toLowerCase().includes(wanted.toLowerCase()),
  );
  const part = (span.endMs - span.startMs) / trace.totalMs;
  return (
    <section className="card small" aria-label={`Span ${span.name}`}>
      <p className="question dim">
        <bdi>{span.service}</bdi>, {duration(span.endMs - span.startMs)}
      </p>
      <h2 className="verdict">
        <bdi>{span.name}</bdi>
        <span className="more">
          {' '}
          {span.isInferred
            ? 'is not a span: it follows from those around it'
            : `${Math.round(part * 100)} % of the trace, from ${duration(span.startMs)} on`}
        </span>
      </h2>
      {span.failed && (
        <p className="notice" role="alert">
          Failed{span.message ? <bdi>: {span.message}</bdi> : '.'}
        </p>
      )}
      {groups.map(({ title, facts }, index) => (
        <details className="group" key={title} open={index < 3}>
          <summary>{title}</summary>
          <dl>
            {facts.map(({ term, value, key }) => [
              <dt key={key} title={key}>
                {term}
              </dt>,
              <dd key={`${key} value`}>
                <bdi>{value}</bdi>
              </dd>,
            ])}
          </dl>
        </details>
      ))}
      <details className="group">
        <summary>All {span.attributes.length + span.resource.length} attributes, as sent</summary>
        <input
          className="control"
          type="search"
          placeholder="Find…"
          aria-label="Find an attribute"
          value={wanted}
          onChange={({ target: { value } }) => setWanted(value)}
        />
        <dl>
          {all.map(({ key, value }, index) => [
            <dt key={`${key} ${index}`}>
              <code>{key}</code>
            </dt>,
            <dd key={`${key} ${index} value`}>
              <bdi>{value}</bdi>
            </dd>,
          ])}
        </dl>
      </details>
    </section>
  );
}
