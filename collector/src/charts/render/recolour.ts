/** Replaces the colours of a drawing; each colour has a name, and its value depends on the theme. */
import { DARK, LIGHT } from '../tokens.ts';
import type { Token } from '../tokens.ts';

const NAMES = new Map(Object.entries(LIGHT).map(([name, colour]) => [colour.toLowerCase(), name as Token]));

/** @param colour replacement for the named colour of the light theme */
export function recoloured(svg: string, colour: (name: Token) => string): string {
  return svg.replaceAll(/ (fill|stroke)="(#[\dA-Fa-f]{6})"/g, (whole, attribute: string, found: string) => {
    const name = NAMES.get(found.toLowerCase());
    return name === undefined ? whole : ` ${attribute}="${colour(name)}"`;
  });
}

/** A drawing in the light theme, converted to the dark one. */
export const inDark = (svg: string): string => recoloured(svg, (name) => DARK[name]);

/** The same drawing for both themes: a style sheet defines the colours. */
export const inAnyTheme = (svg: string): string => recoloured(svg, (name) => `var(--${name})`);
