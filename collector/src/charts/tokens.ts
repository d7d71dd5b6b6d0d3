/**
 * The colours of charts. Cold is blue, warm is sand, the frame is ink. `series` distinguishes sandboxes, hosts,
 * versions and series, also with protanopia, deuteranopia and tritanopia; `tokens.test.ts` recomputes that.
 */
export interface Tokens {
  /** The page, the chart on it, and sunken areas: stripes, inactive items. */
  readonly bg: string;
  readonly card: string;
  readonly sunk: string;
  /** Text: the strongest, axes and evidence, the weakest allowed. */
  readonly ink: string;
  readonly ink2: string;
  readonly ink3: string;
  /** Borders and grid, which carry no meaning, and axis lines. */
  readonly rule: string;
  readonly grid: string;
  readonly line: string;
  /** Cold, with two lighter steps. */
  readonly cold: string;
  readonly cold2: string;
  readonly cold3: string;
  /** Busy, and idle, which always has an edge of `warm`. */
  readonly warm: string;
  readonly warm2: string;
  /** Failure, always a triangle. */
  readonly err: string;
  /** Change, always labelled in words. */
  readonly worse: string;
  readonly better: string;
  /** Selected; nothing else is yellow. */
  readonly sel: string;
  /** Six for distinct items, and one for all others. Text never uses them. */
  readonly c1: string;
  readonly c2: string;
  readonly c3: string;
  readonly c4: string;
  readonly c5: string;
  readonly c6: string;
  readonly c0: string;
}

/** Name of a colour. */
export type Token = keyof Tokens;

export const LIGHT: Tokens = {
  bg: '#FAF8F4',
  card: '#FFFFFF',
  sunk: '#F3EFE8',
  ink: '#1C1A17',
  ink2: '#57524A',
  ink3: '#6F695F',
  rule: '#E4DED3',
  grid: '#EEE9E0',
  line: '#8A8378',
  cold: '#1F4FD8',
  cold2: '#6F92EC',
  cold3: '#B4C8F8',
  warm: '#A58852',
  warm2: '#D9C9A6',
  err: '#A01818',
  worse: '#9A3412',
  better: '#0B6B5D',
  sel: '#FFF3C9',
  c1: '#1F706E',
  c2: '#C5631E',
  c3: '#BB70A4',
  c4: '#3B155A',
  c5: '#30A176',
  c6: '#532930',
  c0: '#8B8479',
};

export const DARK: Tokens = {
  bg: '#141311',
  card: '#1D1B18',
  sunk: '#262320',
  ink: '#F1EDE4',
  ink2: '#B9B2A5',
  ink3: '#9A9386',
  rule: '#35312B',
  grid: '#2A2723',
  line: '#7A7468',
  cold: '#86AEFF',
  cold2: '#5377C8',
  cold3: '#334A7F',
  warm: '#DCC89C',
  warm2: '#6B5D40',
  err: '#FF6257',
  worse: '#FFB083',
  better: '#6FD6C3',
  sel: '#4A3F1A',
  c1: '#BEECF4',
  c2: '#CAE32A',
  c3: '#CFA0AB',
  c4: '#7062D4',
  c5: '#A8586D',
  c6: '#F5E4B9',
  c0: '#9A9387',
};

/** All colours are distinct, so that a drawing in one theme can be converted to the other by its colours. */
export const THEMES = { light: LIGHT, dark: DARK } as const;
export type Theme = keyof typeof THEMES;

/** The names of the colours for distinct items, in order. */
export const SERIES_TOKENS = ['c1', 'c2', 'c3', 'c4', 'c5', 'c6'] as const satisfies readonly Token[];

/** For charts that also contain `warm`: without similar colours. */
export const SERIES_BESIDE_WARM = ['c1', 'c3', 'c4', 'c5'] as const satisfies readonly Token[];
