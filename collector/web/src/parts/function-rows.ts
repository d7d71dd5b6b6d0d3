import type { Deployment, FunctionSummary, ReuseAnswer } from '../api/answers.ts';
import { onPage } from '../location.ts';
import type { Place } from '../location.ts';
import { waitedMs } from '../verdicts.ts';

/** A function of the list, with values derived from its summary. */
export interface Row {
  readonly summary: FunctionSummary;
  readonly deployments: readonly Deployment[];
  readonly waited: number | undefined;
  /** Absent if the spans name no sandbox. */
  readonly perSandbox: number | undefined;
}

export const COLUMNS = [
  { key: 'function', words: 'Function', isText: true },
  { key: 'calls', words: 'Calls' },
  {
    key: 'cold',
    words: 'Cold rate',
    hint: 'Share of calls that waited for a cold start, with its 95 % interval',
  },
  { key: 'scale', words: '0.1    1    10  %' },
  {
    key: 'cost',
    words: 'A cold start costs caller',
    hint: 'Median additional wait of a call that starts cold',
  },
  { key: 'waited', words: 'Callers waited in all', hint: 'Cold starts times what each costs' },
  { key: 'reuse', words: 'Calls a sandbox', hint: 'Calls that a sandbox serves on average before it ends' },
  { key: 'alive', words: 'Alive now' },
  { key: 'hosts', words: 'Hosts', hint: 'A hop: a call on another host than the call before' },
  { key: 'spark', words: 'Calls and cold starts', hint: 'Over time; cold starts hang below' },
  { key: 'week', words: 'Since last week', isText: true },
] as const;
export type SortKey = (typeof COLUMNS)[number]['key'];

/** Sort keys of the columns; absent for columns that cannot be sorted. */
export const VALUE: Partial<Record<SortKey, (row: Row) => number | string>> = {
  function: ({ summary }) => summary.function,
  calls: ({ summary }) => summary.invocations,
  cold: ({ summary }) => summary.coldRate.value ?? -1,
  cost: ({ summary }) => summary.coldStart?.costMs ?? -1,
  waited: ({ waited }) => waited ?? -1,
  reuse: ({ perSandbox }) => perSandbox ?? -1,
  alive: ({ summary }) => summary.alive ?? -1,
  hosts: ({ summary }) => summary.hosts ?? -1,
};

export function rowsOf(functions: readonly FunctionSummary[], reuse: ReuseAnswer | undefined): Row[] {
  return functions.map((summary) => ({
    summary,
    deployments: (reuse?.functions ?? [])
      .filter((entry) => entry.function === summary.function)
      .map(({ deployment }) => deployment),
    waited: waitedMs(summary),
    perSandbox: summary.sandboxes ? summary.invocations / summary.sandboxes : undefined,
  }));
}

/** @param sort a column, with `-` before it for descending order */
export function sorted(rows: readonly Row[], sort: string): Row[] {
  const isDown = sort.startsWith('-');
  const value = VALUE[(isDown ? sort.slice(1) : sort) as SortKey] ?? VALUE.waited!;
  return rows.toSorted((a, b) => {
    const [left, right] = [value(a), value(b)];
    const order =
      typeof left === 'string' || typeof right === 'string'
        ? String(left).localeCompare(String(right))
        : left - right;
    return (isDown ? -order : order) || (a.summary.function < b.summary.function ? -1 : 1);
  });
}

/** The scope of a row: the whole deployment if its name is in one place, only the name if it is in several. */
export function placeOf(place: Place, name: string, rows: readonly Row[]): Place {
  const deployments = rows.find(({ summary }) => summary.function === name)?.deployments ?? [];
  const [only] = deployments;
  const scope =
    only && deployments.length === 1
      ? {
          function: name,
          ...(only.platform && { platform: only.platform }),
          ...(only.accountId && { account: only.accountId }),
          ...(only.region && { region: only.region }),
        }
      : { function: name };
  return { ...onPage(place, 'function'), scope };
}
