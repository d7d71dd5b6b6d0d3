/** The marks of the visual language on a canvas: each has the same meaning in every picture. */
export const TOKENS = [
  'bg',
  'card',
  'sunk',
  'ink',
  'ink2',
  'ink3',
  'rule',
  'grid',
  'line',
  'cold',
  'cold2',
  'cold3',
  'warm',
  'warm2',
  'err',
  'worse',
  'better',
  'sel',
  'c0',
  'c1',
  'c2',
  'c3',
  'c4',
  'c5',
  'c6',
] as const;
export type Token = (typeof TOKENS)[number];
export type Colours = Readonly<Record<Token, string>>;

/** The colours of the active theme. */
export function readColours(): Colours {
  const style = getComputedStyle(document.documentElement);
  return Object.fromEntries(
    TOKENS.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]),
  ) as Record<Token, string>;
}

export const FONT = "system-ui, 'Segoe UI', Roboto, 'Noto Sans', 'DejaVu Sans', sans-serif";

/** Control characters, and those that change the direction of text, are not drawn. */
// oxlint-disable-next-line no-control-regex -- they are what is taken out
const UNSEEN = /[\u0000-\u001F\u007F-\u009F\u200B-\u200F\u2028-\u202E\u2060-\u2069\uFEFF]/gu;

export interface TextStyle {
  readonly colour?: Token;
  readonly align?: CanvasTextAlign;
  readonly size?: number;
  readonly isBold?: boolean;
  /** Maximum width; longer text is cut with an ellipsis. */
  readonly width?: number;
  /** What a cut text keeps besides its beginning, where the end is what tells it from others; default nothing. */
  readonly keepsEnd?: boolean;
  /** Draws a background behind it, so that it is readable over marks. */
  readonly halo?: boolean;
  readonly mono?: boolean;
}

export class Pen {
  readonly context: CanvasRenderingContext2D;
  readonly colours: Colours;

  constructor(context: CanvasRenderingContext2D, colours: Colours) {
    this.context = context;
    this.colours = colours;
  }

  #fill(colour: Token, alpha = 1): void {
    this.context.fillStyle = this.colours[colour];
    this.context.globalAlpha = alpha;
  }

  dot(x: number, y: number, radius: number, colour: Token, alpha = 1): void {
    this.#fill(colour, alpha);
    this.context.beginPath();
    this.context.arc(x, y, radius, 0, Math.PI * 2);
    this.context.fill();
    this.context.globalAlpha = 1;
  }

  /** A cold start, with a hairline of the background colour around it. */
  diamond(x: number, y: number, radius: number, colour: Token = 'cold'): void {
    this.#path([
      [x, y - radius],
      [x + radius, y],
      [x, y + radius],
      [x - radius, y],
    ]);
    this.#fill(colour);
    this.context.fill();
    this.context.strokeStyle = this.colours.card;
    this.context.lineWidth = 0.8;
    this.context.stroke();
  }

  /** A failure. */
  triangle(x: number, y: number, radius: number, colour: Token = 'err'): void {
    this.#path([
      [x, y - radius],
      [x + radius, y + radius * 0.8],
      [x - radius, y + radius * 0.8],
    ]);
    this.#fill(colour);
    this.context.fill();
    this.context.strokeStyle = this.colours.card;
    this.context.lineWidth = 0.8;
    this.context.stroke();
  }

  /** A 95 % interval over a bar; outlined, because some bars are as light or dark as it. */
  whisker(from: number, to: number, y: number): void {
    this.rect(from, y - 1.8, to - from, 3.6, 'card');
    this.rect(from, y - 0.8, to - from, 1.6, 'ink');
  }

  /** An eviction, at its most likely moment. */
  cross(x: number, y: number, radius: number, colour: Token = 'ink'): void {
    for (const [ink, width] of [
      ['card', 4],
      [colour, 1.8],
    ] as const) {
      this.context.strokeStyle = this.colours[ink];
      this.context.lineWidth = width;
      this.context.beginPath();
      this.context.moveTo(x - radius, y - radius);
      this.context.lineTo(x + radius, y + radius);
      this.context.moveTo(x + radius, y - radius);
      this.context.lineTo(x - radius, y + radius);
      this.context.stroke();
    }
  }

  /** A goodbye; with a flag if a new version replaced the sandbox. */
  tick(x: number, y: number, height: number, hasFlag = false): void {
    this.rect(x - 0.8, y - height / 2, 1.6, height, 'ink');
    if (hasFlag) this.rect(x, y - height / 2, 5, 4, 'ink');
  }

  rect(x: number, y: number, width: number, height: number, colour: Token, alpha = 1): void {
    this.#fill(colour, alpha);
    this.context.fillRect(x, y, width, height);
    this.context.globalAlpha = 1;
  }

  /** A bar with small round corners, and an edge if its tone is pale. */
  bar(x: number, y: number, width: number, height: number, colour: Token, edge?: Token): void {
    this.context.beginPath();
    this.context.roundRect(x, y, Math.max(width, 0.5), height, Math.min(2, width / 2, height / 2));
    this.#fill(colour);
    this.context.fill();
    if (edge === undefined) return;
    this.context.strokeStyle = this.colours[edge];
    this.context.lineWidth = 0.8;
    this.context.stroke();
  }

  /** Inferred: somewhere in this area. A pale one: this area has no data. */
  hatch(x: number, y: number, width: number, height: number, colour: Token, edge?: Token): void {
    if (width <= 0) return;
    const { context } = this;
    context.save();
    context.beginPath();
    context.rect(x, y, width, height);
    context.clip();
    context.strokeStyle = this.colours[colour];
    context.lineWidth = 1.2;
    context.beginPath();
    const first = Math.floor((x - height) / 5) * 5;
    for (let at = first; at < x + width; at += 5) {
      context.moveTo(at, y + height);
      context.lineTo(at + height, y);
    }
    context.stroke();
    context.restore();
    if (edge === undefined) return;
    context.strokeStyle = this.colours[edge];
    context.lineWidth = 0.8;
    context.strokeRect(x, y, width, height);
  }

  line(
    points: readonly (readonly [number, number])[],
    colour: Token,
    width = 1.6,
    dash: readonly number[] = [],
  ): void {
    const { context } = this;
    context.strokeStyle = this.colours[colour];
    context.lineWidth = width;
    context.lineJoin = 'round';
    context.setLineDash([...dash]);
    context.beginPath();
    for (const [index, [x, y]] of points.entries()) {
      if (index === 0) context.moveTo(x, y);
      else context.lineTo(x, y);
    }
    context.stroke();
    context.setLineDash([]);
  }

  /** The area between two lines: an estimate’s interval. */
  band(
    upper: readonly (readonly [number, number])[],
    lower: readonly (readonly [number, number])[],
    colour: Token,
  ): void {
    this.#path([...upper, ...[...lower].reverse()]);
    this.#fill(colour, 0.2);
    this.context.fill();
    this.context.globalAlpha = 1;
  }

  box(
    x: number,
    y: number,
    width: number,
    height: number,
    colour: Token,
    dash: readonly number[] = [],
  ): void {
    this.context.strokeStyle = this.colours[colour];
    this.context.lineWidth = 1;
    this.context.setLineDash([...dash]);
    this.context.strokeRect(x + 0.5, y + 0.5, width - 1, height - 1);
    this.context.setLineDash([]);
  }

  text(text: string, x: number, y: number, style: TextStyle = {}): void {
    const {
      colour = 'ink2',
      align = 'left',
      size = 11,
      isBold = false,
      width,
      keepsEnd = false,
      halo = false,
      mono = false,
    } = style;
    const { context } = this;
    context.font = `${isBold ? '650 ' : ''}${size}px ${mono ? "ui-monospace, 'DejaVu Sans Mono', monospace" : FONT}`;
    context.textAlign = align;
    context.textBaseline = 'middle';
    const shown = this.#cut(text.replaceAll(UNSEEN, ' '), width, keepsEnd);
    if (halo) {
      // Marks between letters make them hard to read: a veil dims what is behind the whole text.
      const wide = context.measureText(shown).width;
      this.#fill('card', 0.75);
      context.fillRect(
        x - (align === 'right' ? wide : align === 'center' ? wide / 2 : 0),
        y - size / 2 - 1,
        wide,
        size + 2,
      );
      context.globalAlpha = 1;
      context.strokeStyle = this.colours.card;
      context.lineWidth = 3.5;
      context.lineJoin = 'round';
      context.strokeText(shown, x, y);
    }
    this.#fill(colour);
    context.fillText(shown, x, y);
  }

  measure(text: string, size = 11, isBold = false): number {
    this.context.font = `${isBold ? '650 ' : ''}${size}px ${FONT}`;
    return this.context.measureText(text).width;
  }

  #cut(text: string, width: number | undefined, keepsEnd: boolean): string {
    if (width === undefined || this.context.measureText(text).width <= width) return text;
    const letters = Array.from(text);
    const cutTo = (length: number): string => {
      const end = keepsEnd ? Math.floor(length * 0.45) : 0;
      return `${letters.slice(0, length - end).join('')}…${letters.slice(letters.length - end).join('')}`;
    };
    let [low, high] = [0, letters.length];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (this.context.measureText(cutTo(middle)).width <= width) low = middle;
      else high = middle - 1;
    }
    return cutTo(low);
  }

  #path(points: readonly (readonly [number, number])[]): void {
    this.context.beginPath();
    for (const [index, [x, y]] of points.entries()) {
      if (index === 0) this.context.moveTo(x, y);
      else this.context.lineTo(x, y);
    }
    this.context.closePath();
  }
}
