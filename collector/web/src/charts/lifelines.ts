import type { Sandbox } from '../api/answers.ts';
import { durationAxis, linear, timeAxis } from '../canvas/axes.ts';
import type { Draw, Mark } from '../canvas/chart.tsx';
import type { Pen } from '../canvas/pen.ts';
import { causeWords, endWords } from '../verdicts.ts';
import { clock, counted, duration, share, shortId } from '../words.ts';

/** When a sandbox ran a call. */
export interface Busy {
  readonly fromMs: number;
  readonly toMs: number;
  readonly isCold: boolean;
  readonly failed: boolean;
}

export interface Life {
  readonly sandbox: Sandbox;
  readonly firstMs: number;
  readonly lastMs: number;
  /** Its most likely end, or, while it lives, the latest moment for which data exist. */
  readonly endMs: number;
  readonly afterMs: number | undefined;
  readonly beforeMs: number | undefined;
  readonly busy: readonly Busy[];
  /** Its first call is in the range. */
  readonly isBorn: boolean;
}

/** @param asOfMs until when the living ones are known to be alive */
export function lifeOf(sandbox: Sandbox, busy: readonly Busy[], asOfMs: number): Life {
  const firstMs = Date.parse(sandbox.firstSeen);
  const lastMs = Date.parse(sandbox.lastSeen);
  const afterMs = sandbox.evicted && Date.parse(sandbox.evicted.after);
  const beforeMs = sandbox.evicted && Date.parse(sandbox.evicted.before);
  const isGone =
    (sandbox.state === 'evicted' || sandbox.state === 'confirmed') &&
    afterMs !== undefined &&
    beforeMs !== undefined;
  return {
    sandbox,
    firstMs,
    lastMs,
    afterMs,
    beforeMs,
    busy,
    isBorn: busy.some(({ isCold }) => isCold),
    endMs: isGone ? Math.max(lastMs, (afterMs + beforeMs) / 2) : Math.max(lastMs, asOfMs),
  };
}

export const ROW = 15;
const LEFT = 66;

interface Settings {
  readonly lives: readonly Life[];
  readonly fromMs: number;
  readonly toMs: number;
  readonly utc: boolean;
  /** Vertical scroll position of the rows, px. */
  readonly scrolled: number;
  readonly open: (sandbox: Sandbox) => void;
}

/** One row per sandbox: busy, idle, and how it ended. Draws only the visible rows. */
export const drawLifelines =
  ({ lives, fromMs, toMs, utc, scrolled, open }: Settings): Draw =>
  (pen, { width, height }) => {
    const [right, bottom] = [width - 10, height - 22];
    const x = linear(fromMs, toMs, LEFT, right);
    const first = Math.max(0, Math.floor(scrolled / ROW));
    const visible = lives.slice(first, first + Math.ceil(bottom / ROW) + 1);
    const { context } = pen;
    context.save();
    context.beginPath();
    context.rect(0, 0, width, bottom);
    context.clip();
    const marks: Mark[] = [];
    for (const [index, life] of visible.entries()) {
      const y = (first + index) * ROW - scrolled + ROW / 2;
      if ((first + index) % 2 === 1) pen.rect(LEFT, y - ROW / 2, right - LEFT, ROW, 'sunk', 0.7);
      pen.text(shortId(life.sandbox.id), 0, y, { size: 10, mono: true });
      context.save();
      context.beginPath();
      context.rect(LEFT - 6, y - ROW / 2 - 2, right - LEFT + 14, ROW + 4);
      context.clip();
      drawLife(pen, life, x, y);
      context.restore();
      if (y < bottom) marks.push(...marksOf(life, x, y, LEFT, right, utc, open));
    }
    context.restore();
    pen.rect(0, bottom, width, 22, 'card');
    timeAxis(pen, x, bottom, { left: LEFT, right }, utc);
    return { marks, brush: { left: LEFT, right, valueAt: x.invert } };
  };

function drawLife(pen: Pen, life: Life, x: (ms: number) => number, y: number): void {
  const { firstMs, lastMs, endMs, afterMs, beforeMs, busy, isBorn, sandbox } = life;
  const isGone = sandbox.state === 'evicted' || sandbox.state === 'confirmed';
  const [start, last] = [x(firstMs), x(lastMs)];
  pen.bar(start, y - 2, last - start, 4, 'warm2', 'warm');
  const restMs = isGone && afterMs !== undefined ? Math.max(lastMs, afterMs) : endMs;
  pen.rect(last, y - 0.5, Math.max(0, x(restMs) - last), 1, 'warm');
  for (const { fromMs, toMs, failed } of busy) {
    pen.rect(x(fromMs), y - 4, Math.max(1.4, x(toMs) - x(fromMs)), 8, 'warm');
    if (failed) pen.triangle(x(toMs), y, 4.5);
  }
  if (isGone && sandbox.state === 'evicted' && afterMs !== undefined && beforeMs !== undefined) {
    pen.hatch(
      x(Math.max(lastMs, afterMs)),
      y - 4,
      Math.max(3, x(beforeMs) - x(Math.max(lastMs, afterMs))),
      8,
      'ink2',
      'line',
    );
    pen.cross(x(endMs), y, 3.4);
  }
  if (sandbox.state === 'confirmed') pen.tick(x(endMs), y, 12, sandbox.cause === 'deploy');
  if (sandbox.state === 'suspected') pen.hatch(Math.max(last, x(endMs) - 10), y - 4, 10, 8, 'line', 'line');
  if (isBorn) pen.diamond(start, y, 4.6);
}

function marksOf(
  life: Life,
  x: (ms: number) => number,
  y: number,
  left: number,
  right: number,
  utc: boolean,
  open: (sandbox: Sandbox) => void,
): Mark[] {
  const { sandbox, firstMs, endMs } = life;
  const clamp = (value: number): number => Math.max(left, Math.min(right, value));
  const [from, to] = [clamp(x(firstMs)), clamp(x(endMs))];
  const isGone = sandbox.state === 'evicted' || sandbox.state === 'confirmed';
  const shared = { open: () => open(sandbox), opens: 'its calls' };
  const whole: Mark = {
    ...shared,
    x: (from + to) / 2,
    y,
    halfWidth: (to - from) / 2,
    halfHeight: 4,
    kind: 'other',
    says: () => lifeWords(life, utc),
  };
  if (!isGone || x(endMs) > right + 1) return [whole];
  return [whole, { ...shared, x: to, y, kind: 'gone', says: () => lifeWords(life, utc) }];
}

/** The tip of a lifeline: how it ended, since when it was idle, which sandbox it is. */
export function lifeWords({ sandbox, lastMs, afterMs, beforeMs }: Life, utc: boolean): readonly string[] {
  const { state, id, invocations, version, cause, evictedProbability, function: name } = sandbox;
  const which = `sandbox ${shortId(id)} of ${name}, ${counted(invocations, 'call')}${version === undefined ? '' : `, ${version}`}`;
  const idle = `idle since ${clock(lastMs, utc)}, for ${duration(sandbox.idleMs)}`;
  if (state === 'confirmed' && beforeMs !== undefined)
    return [`Said goodbye at ${clock(beforeMs, utc)}`, `${idle}; ${endWords(cause ?? 'idle')}`, which];
  if (state === 'evicted' && afterMs !== undefined && beforeMs !== undefined)
    return [
      `Evicted between ${clock(afterMs, utc)} and ${clock(beforeMs, utc)} (95 %)`,
      `${idle}; ${causeWords(cause ?? 'idle')}`,
      which,
    ];
  if (state === 'suspected') return [`Perhaps gone (${share(evictedProbability)})`, idle, which];
  return [state === 'active' ? 'In use' : 'Idle, alive', `last call ended ${clock(lastMs, utc)}`, which];
}

export const FROM_BIRTH_HEIGHT = 430;

/** All lifetimes aligned at their start, longest first. */
export const drawFromBirth =
  (lives: readonly Life[], utc: boolean, open: (sandbox: Sandbox) => void): Draw =>
  (pen, { width, height }) => {
    const bottom = height - 38;
    const sorted = lives.toSorted(
      (a, b) => b.lastMs - b.firstMs - (a.lastMs - a.firstMs) || b.endMs - b.firstMs - (a.endMs - a.firstMs),
    );
    const longest = Math.max(
      1000,
      ...lives.map(({ firstMs, endMs, beforeMs }) => Math.max(endMs, beforeMs ?? 0) - firstMs),
    );
    const x = linear(0, longest, 8, width - 10);
    const row = Math.min(12, bottom / Math.max(1, sorted.length));
    const thick = Math.max(1, row - (row > 3 ? 1 : 0));
    const marks: Mark[] = [];
    for (const [index, life] of sorted.entries()) {
      const y = index * row;
      const { firstMs, lastMs, endMs, afterMs, beforeMs, sandbox } = life;
      pen.rect(8, y, Math.max(1, x(lastMs - firstMs) - 8), thick, 'warm');
      const restMs = sandbox.state === 'evicted' && afterMs !== undefined ? Math.max(afterMs, lastMs) : endMs;
      pen.rect(
        x(lastMs - firstMs),
        y,
        Math.max(0, x(restMs - firstMs) - x(lastMs - firstMs)),
        thick,
        'warm2',
      );
      if (sandbox.state === 'evicted' && beforeMs !== undefined)
        pen.hatch(x(restMs - firstMs), y, x(beforeMs - firstMs) - x(restMs - firstMs), thick, 'ink2');
      if (sandbox.state === 'confirmed') pen.rect(x(endMs - firstMs), y, 2, thick, 'ink');
      marks.push({
        x: (8 + x(endMs - firstMs)) / 2,
        y: y + row / 2,
        halfWidth: (x(endMs - firstMs) - 8) / 2,
        halfHeight: Math.max(0.5, row / 2 - 1),
        kind: 'other',
        says: () => [
          `${duration(lastMs - firstMs)} in use, then ${duration(Math.max(0, endMs - lastMs))} idle`,
          ...lifeWords(life, utc),
        ],
        open: () => open(sandbox),
        opens: 'its calls',
      });
    }
    durationAxis(pen, x, bottom, { left: 8, right: width - 10 });
    pen.text('time since the first call', width - 10, bottom + 28, { align: 'right' });
    return { marks };
  };
