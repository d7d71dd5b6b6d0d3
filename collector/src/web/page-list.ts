/**
 * The pages, in the order of the navigation rail. A new page is a line here and a file of its name in
 * `collector/web/src/pages/` that exports `Page`.
 */
export interface PageInfo {
  readonly name: string;
  /** Its label in the rail. */
  readonly words: string;
  /** Heading above it in the rail; absent for pages that are reached from other pages. */
  readonly group?: '' | 'Cold starts' | 'Servers' | 'Time and money' | 'Change';
  /** Key that opens it after `g`. */
  readonly letter?: string;
  /** Its label in the bar of a small screen; absent if it is under “More”. */
  readonly tab?: string;
  /** Its routes if they are not `/NAME`. */
  readonly paths?: readonly string[];
  /** The page of the rail that it belongs to. */
  readonly parent?: string;
}

const PAGE_LIST = [
  { name: 'overview', words: 'Overview', group: '', letter: 'o', tab: 'Functions', paths: ['/'] },
  { name: 'traces', words: 'Traces', group: '', letter: 't' },
  { name: 'cold-starts', words: 'Cold starts', group: 'Cold starts', letter: 'c', tab: 'Cold' },
  { name: 'keep-warm', words: 'Eviction & keep-warm', group: 'Cold starts', letter: 'k', tab: 'Warm' },
  { name: 'sandboxes', words: 'Sandboxes', group: 'Servers', letter: 's', tab: 'Sandboxes' },
  { name: 'hosts', words: 'Hosts', group: 'Servers', letter: 'h' },
  { name: 'connections', words: 'Connections', group: 'Servers', letter: 'n' },
  { name: 'cost', words: 'Cost & memory', group: 'Time and money', letter: 'm' },
  { name: 'io', words: 'I/O', group: 'Time and money', letter: 'i' },
  { name: 'cpu', words: 'CPU & noise', group: 'Time and money', letter: 'u' },
  { name: 'overhead', words: 'Overhead & clocks', group: 'Time and money', letter: 'l' },
  { name: 'chains', words: 'Chains', group: 'Time and money', letter: 'a' },
  { name: 'versions', words: 'Versions', group: 'Change', letter: 'v' },
  { name: 'experiments', words: 'Experiments', group: 'Change', letter: 'x' },
  { name: 'function', words: 'The function', letter: 'f', parent: 'overview', paths: [] },
  { name: 'sandbox', words: 'Sandbox', parent: 'sandboxes', paths: ['/sandboxes/:id'] },
  { name: 'trace', words: 'Trace', parent: 'traces', paths: ['/trace/:id'] },
] as const satisfies readonly PageInfo[];

export type PageName = (typeof PAGE_LIST)[number]['name'];

/** The same, with a uniform type. */
export const PAGES: readonly (PageInfo & { readonly name: PageName })[] = PAGE_LIST;
