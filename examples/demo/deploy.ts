import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/** Into the load: enough for several sandboxes of the first version. */
const AFTER_MILLIS = 20_000;

/**
 * Deploys a second version of `io` while the load runs, one that takes longer to load, so that there are versions to
 * compare. Resolves when it is deployed, or at the signal.
 *
 * @param platform base URL of the platform
 */
export async function deployLater(platform: string, signal: AbortSignal): Promise<void> {
  try {
    await sleep(AFTER_MILLIS, undefined, { signal });
    const response = await fetch(`${platform}/control/deploys`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        function: 'io',
        changes: {
          version: '2',
          source: fileURLToPath(new URL('../functions/io/version-2.ts', import.meta.url)),
          external: ['yaml'],
        },
      }),
      signal,
    });
    if (!response.ok) throw new Error(`the platform answered ${response.status}`);
  } catch (error) {
    if (!signal.aborted)
      process.stderr.write(
        `the second version of io was not deployed: ${error instanceof Error ? error.message : String(error)}\n`,
      );
  }
}
