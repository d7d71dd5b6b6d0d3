/** The colours of a drawing, which every theme has another of, by their names. */
import { DARK, LIGHT } from '../tokens.ts';
import type { Token } from '../tokens.ts';

const NAMES = new Map(Object.entries(LIGHT).map(([name, colour]) => [colour.toLowerCase(), name as Token]));

/** @param colour of a name, in place of that of the light theme */
export function recoloured(svg: string, colour: (name: Token) => string): string {
  return svg.replaceAll(/ (fill|stroke)="(#[\dA-Fa-f]{6})"/g, (whole, attribute: string, told: string) => {
    const name = NAMES.get(told.toLowerCase());
    return name === undefined ? whole : ` ${attribute}="${colour(name)}"`;
  });
}

/** What was drawn in the light theme, in the dark one. */
export const inDark = (svg: string): string => recoloured(svg, (name) => DARK[name]);

/** The same picture for both: a style sheet says what the colours are. */
export const inAnyTheme = (svg: string): string => recoloured(svg, (name) => `var(--${name})`);
