import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef } from 'react';
import type { KeyboardEvent, ReactNode } from 'react';
import { durationMarks } from '../canvas/axes.ts';
import { duration, durationMark } from '../words.ts';
import { COLOURS } from './map.ts';
import type { Trace, TraceSpan } from './spans.ts';

const ROW = 24;

interface WaterfallProps {
  readonly trace: Trace;
  readonly critical: ReadonlyMap<string, readonly (readonly [number, number])[]>;
  readonly selected: string | undefined;
  readonly onSelect: (span: TraceSpan) => void;
  readonly onNextFailed: () => void;
}

/** One row per span, as many as fit. */
export function Waterfall({ trace, critical, selected, onSelect, onNextFailed }: WaterfallProps): ReactNode {
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
          {durationMarks(0, totalMs, 6).map((mark, index) => (
            <text
              key={mark}
              className={index % 2 === 1 ? 'odd' : undefined}
              x={percent(mark)}
              y="14"
              textAnchor={index === 0 ? 'start' : mark > 0.95 * totalMs ? 'end' : 'middle'}
            >
              <tspan className="second-text">{durationMark(mark)}</tspan>
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
            // Beside the bar if there is room, otherwise in it.
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
                    className={isInside ? 'inside' : undefined}
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
