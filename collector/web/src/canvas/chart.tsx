import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { KeyboardEvent, PointerEvent, ReactNode } from 'react';
import { useTheme } from '../theme.ts';
import { speak } from '../frame/speak.ts';
import { Pen, readColours } from './pen.ts';
import { Tip } from './tip.tsx';

/** An element of a picture that the user can point at. */
export interface Mark {
  readonly x: number;
  readonly y: number;
  /** Width of a bar, from its middle; default a point. */
  readonly halfWidth?: number;
  readonly halfHeight?: number;
  readonly kind: 'cold' | 'failed' | 'gone' | 'warm' | 'other';
  /** The lines of its tip (what, which, why); computed only on demand. */
  readonly says: () => readonly string[];
  readonly open?: () => void;
  readonly opens?: string;
}

/** The result of drawing. */
export interface Scene {
  readonly marks: readonly Mark[];
  /** The area in which a drag selects a range along x. */
  readonly brush?: { readonly left: number; readonly right: number; readonly valueAt: (x: number) => number };
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

export type Draw = (pen: Pen, size: Size) => Scene;

/** Draws on a canvas with the pixel density of the screen. */
export function paint(
  canvas: HTMLCanvasElement,
  draw: Draw,
  { width, height }: Size,
  density = devicePixelRatio,
): Scene {
  canvas.width = Math.round(width * density);
  canvas.height = Math.round(height * density);
  const context = canvas.getContext('2d');
  if (context === null) return { marks: [] };
  context.setTransform(density, 0, 0, density, 0, 0);
  return draw(new Pen(context, readColours()), { width, height });
}

const NEAR = 12;
const RANK: Readonly<Record<Mark['kind'], number>> = { failed: 3, gone: 2, cold: 2, other: 1, warm: 0 };

function distance({ x, y, halfWidth = 0, halfHeight = 0 }: Mark, atX: number, atY: number): number {
  return Math.hypot(Math.max(0, Math.abs(x - atX) - halfWidth), Math.max(0, Math.abs(y - atY) - halfHeight));
}

/** The nearest mark; cold, failed and evicted ones win over warm ones. */
export function nearest(marks: readonly Mark[], x: number, y: number): Mark | undefined {
  let best: Mark | undefined;
  let bestScore = Infinity;
  for (const mark of marks) {
    const away = distance(mark, x, y);
    if (away > NEAR) continue;
    const score = away - RANK[mark.kind] * 4;
    if (score < bestScore) [best, bestScore] = [mark, score];
  }
  return best;
}

/** Of a picture; one that wraps needs to know how wide it is. */
export type Height = number | ((width: number) => number);

export const heightAt = (height: Height, width: number): number =>
  typeof height === 'number' ? height : height(width);

interface Props {
  readonly draw: Draw;
  readonly height: Height;
  /** Text alternative for the picture. */
  readonly label: string;
  readonly onBrush?: (from: number, to: number) => void;
  readonly onZoomOut?: () => void;
  readonly children?: ReactNode;
}

/** A picture that reacts to pointer, touch and keys. */
export function Chart({ draw, height, label, onBrush, onZoomOut }: Props): ReactNode {
  const box = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const ring = useRef<HTMLDivElement>(null);
  const brush = useRef<HTMLDivElement>(null);
  const scene = useRef<Scene>({ marks: [] });
  const [width, setWidth] = useState(0);
  const [found, setFound] = useState<{ mark: Mark; left: number; top: number } | undefined>();
  const drag = useRef<number | undefined>(undefined);
  const theme = useTheme();

  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return undefined;
    const measure = (): void => setWidth(Math.floor(element.clientWidth));
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  // A sheet of paper is laid out and printed before an observer hears of its width.
  useLayoutEffect(() => {
    if (box.current) setWidth(Math.floor(box.current.clientWidth));
  }, [theme]);

  useLayoutEffect(() => {
    if (!canvas.current || width === 0) return;
    const high = heightAt(height, width);
    canvas.current.style.height = `${high}px`;
    scene.current = paint(canvas.current, draw, { width, height: high });
    // The mark under the pointer may have moved.
    setFound((before) => (before ? undefined : before));
  }, [draw, width, height, theme]);

  const show = useCallback((mark: Mark | undefined): void => {
    const bounds = box.current?.getBoundingClientRect();
    if (!mark || !bounds) {
      setFound(undefined);
      return;
    }
    setFound({ mark, left: bounds.left + mark.x, top: bounds.top + mark.y });
    speak(mark.says().join(', '));
  }, []);

  useEffect(() => {
    if (!ring.current) return;
    ring.current.hidden = found === undefined || found.mark.halfWidth !== undefined;
    if (found) ring.current.style.transform = `translate(${found.mark.x - 7.5}px, ${found.mark.y - 7.5}px)`;
  }, [found]);

  const place = (event: PointerEvent): [number, number] => {
    const bounds = box.current?.getBoundingClientRect();
    return [event.clientX - (bounds?.left ?? 0), event.clientY - (bounds?.top ?? 0)];
  };

  const showBrush = (from: number, to: number): void => {
    const element = brush.current;
    if (!element) return;
    element.hidden = Math.abs(to - from) < 4;
    element.style.transform = `translateX(${Math.min(from, to)}px)`;
    element.style.width = `${Math.abs(to - from)}px`;
  };

  const move = (event: PointerEvent): void => {
    const [x, y] = place(event);
    const { brush: range, marks } = scene.current;
    if (drag.current !== undefined && range) {
      showBrush(drag.current, Math.max(range.left, Math.min(range.right, x)));
      return;
    }
    show(nearest(marks, x, y));
  };

  const down = (event: PointerEvent): void => {
    const range = scene.current.brush;
    const [x] = place(event);
    if (!range || !onBrush || event.button !== 0 || event.pointerType === 'touch') return;
    if (x < range.left || x > range.right) return;
    drag.current = x;
    event.currentTarget.setPointerCapture(event.pointerId);
  };

  const up = (event: PointerEvent): void => {
    const start = drag.current;
    drag.current = undefined;
    if (brush.current) brush.current.hidden = true;
    const [x, y] = place(event);
    const range = scene.current.brush;
    if (start !== undefined && range && onBrush && Math.abs(x - start) >= 6) {
      const end = Math.max(range.left, Math.min(range.right, x));
      onBrush(range.valueAt(Math.min(start, end)), range.valueAt(Math.max(start, end)));
      return;
    }
    const mark = nearest(scene.current.marks, x, y);
    // On touch, the first tap shows what the second tap opens.
    if (event.pointerType === 'touch' && found?.mark !== mark) show(mark);
    else mark?.open?.();
  };

  const walk = (step: number, along: 'x' | 'y', kind?: Mark['kind']): void => {
    const all = scene.current.marks.filter((mark) => kind === undefined || mark.kind === kind);
    const sorted = [...all].sort((a, b) => a[along] - b[along] || a.x - b.x || a.y - b.y);
    if (sorted.length === 0) return;
    const at = found ? sorted.indexOf(found.mark) : -1;
    const past = found && at === -1 ? sorted.findIndex((mark) => mark[along] > found.mark[along]) : at + step;
    show(sorted[Math.max(0, Math.min(sorted.length - 1, at === -1 && !found ? 0 : past === -1 ? 0 : past))]);
  };

  const key = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const acts: Readonly<Record<string, () => void>> = {
      ArrowRight: () => walk(1, 'x'),
      ArrowLeft: () => walk(-1, 'x'),
      ArrowDown: () => walk(1, 'y'),
      ArrowUp: () => walk(-1, 'y'),
      c: () => walk(1, 'x', 'cold'),
      e: () => walk(1, 'x', 'failed'),
      Enter: () => found?.mark.open?.(),
      Escape: () => show(undefined),
      ...(onZoomOut && { '0': onZoomOut }),
    };
    const act = acts[event.key];
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  };

  return (
    <div
      ref={box}
      className={onBrush ? 'chart can-brush' : 'chart'}
      role="application"
      aria-label={`${label} Arrow keys move between its marks.`}
      tabIndex={0}
      onPointerMove={move}
      onPointerDown={down}
      onPointerUp={up}
      onPointerLeave={() => drag.current === undefined && show(undefined)}
      onDoubleClick={onZoomOut}
      onKeyDown={key}
      onBlur={() => show(undefined)}
    >
      <canvas ref={canvas} />
      <div ref={brush} className="brush" hidden />
      <div ref={ring} className="ring" hidden />
      {found && (
        <Tip
          lines={found.mark.says()}
          left={found.left}
          top={found.top}
          opens={found.mark.open ? (found.mark.opens ?? 'trace') : undefined}
        />
      )}
    </div>
  );
}
