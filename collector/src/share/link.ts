import type { ProbeResult } from '@sandscope/probes/outside';
import { CollectorError } from '../errors/errors.ts';
import { MOST_FRAGMENT, packFragment } from './fragment.ts';
import { shareable } from './shareable.ts';

/** Numbers of samples to try, largest first: charts of a run need no more. */
const SAMPLES = [800, 500, 300, 150, 60, 0];

/**
 * The URL of the viewer with a result in its fragment: as many samples as fit.
 *
 * @param viewer URL of the page, without a fragment
 * @throws {CollectorError} `ERR_RESULT` when the result does not fit into a link
 */
export async function shareLink(result: ProbeResult, viewer: string, names: boolean): Promise<string> {
  for (const mostSamples of SAMPLES) {
    const fragment = await packFragment(shareable(result, { names, mostSamples }));
    if (fragment.length <= MOST_FRAGMENT) return `${viewer}#${fragment}`;
  }
  throw new CollectorError(
    'ERR_RESULT',
    `the result does not fit into a link of ${MOST_FRAGMENT} characters`,
  );
}
