/** Shared by tests of `sandscope import`: the recorded files, and the imported data. */
import { fileURLToPath } from 'node:url';
import { getJson, until, type Collector } from './stack.ts';

/** A file of the repository. */
export const source = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
/** A recorded file. */
export const fixture = (path: string): string => source(`test/fixtures/import/${path}`);

export interface Summary {
  readonly invocations: number;
  readonly cold: number;
  readonly sandboxes: number;
  readonly errors: number;
  readonly function: string;
}

/** The subjects of the recorded files. */
export const RANGE = 'from=2025-05-01T00:00:00Z&to=2025-06-02T00:00:00Z';

/** The functions that a collector knows, once it has that many invocations. */
export async function functionsOf({ url }: Collector, expected: number): Promise<readonly Summary[]> {
  const { functions } = await until(
    'the import can be queried',
    () => getJson<{ functions: Summary[] }>(`${url}/api/v1/functions?${RANGE}`),
    (answer) => answer.functions.reduce((sum, { invocations }) => sum + invocations, 0) >= expected,
  );
  return functions;
}
