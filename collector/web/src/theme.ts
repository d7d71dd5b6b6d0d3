import { useSyncExternalStore } from 'react';

export type Theme = 'light' | 'dark';
const STORED_AS = 'sandscope.theme';
const wish = typeof matchMedia === 'function' ? matchMedia('(prefers-color-scheme: dark)') : undefined;
const listeners = new Set<() => void>();

/** The user's choice, otherwise the system's preference. */
export function currentTheme(): Theme {
  const chosen = localStorage.getItem(STORED_AS);
  return chosen === 'light' || chosen === 'dark' ? chosen : wish?.matches ? 'dark' : 'light';
}

function apply(): void {
  document.documentElement.dataset['theme'] = currentTheme();
  for (const listener of listeners) listener();
}

/** Runs before the first drawing. */
export function startTheme(): void {
  apply();
  wish?.addEventListener('change', apply);
}

export function toggleTheme(): void {
  localStorage.setItem(STORED_AS, currentTheme() === 'dark' ? 'light' : 'dark');
  apply();
}

export const useTheme = (): Theme =>
  useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, currentTheme);
