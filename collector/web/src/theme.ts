import { useSyncExternalStore } from 'react';
import { flushSync } from 'react-dom';

/** On paper: light, and laid out for a sheet. */
export type Theme = 'light' | 'dark' | 'paper';
const STORED_AS = 'sandscope.theme';
const query = (text: string): MediaQueryList | undefined =>
  typeof matchMedia === 'function' ? matchMedia(text) : undefined;
const wish = query('(prefers-color-scheme: dark)');
const forced = query('(forced-colors: active)');
const paper = query('print');
const listeners = new Set<() => void>();
let isPrinting = false;

/** The user's choice, otherwise the system's preference; only the latter where the system sets all colours. */
function screenTheme(): 'light' | 'dark' {
  const chosen = forced?.matches ? null : localStorage.getItem(STORED_AS);
  return chosen === 'light' || chosen === 'dark' ? chosen : wish?.matches ? 'dark' : 'light';
}

const currentTheme = (): Theme => (isPrinting || paper?.matches ? 'paper' : screenTheme());

function apply(): void {
  document.documentElement.dataset['theme'] = currentTheme();
  for (const listener of listeners) listener();
}

/** Runs before the first drawing. */
export function startTheme(): void {
  apply();
  for (const one of [wish, forced, paper]) one?.addEventListener('change', apply);
  // Pictures are drawn for the sheet before the browser lays it out.
  for (const [name, value] of [
    ['beforeprint', true],
    ['afterprint', false],
  ] as const)
    addEventListener(name, () => {
      isPrinting = value;
      flushSync(apply);
    });
}

export function toggleTheme(): void {
  localStorage.setItem(STORED_AS, screenTheme() === 'dark' ? 'light' : 'dark');
  apply();
}

export const useTheme = (): Theme =>
  useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, currentTheme);
