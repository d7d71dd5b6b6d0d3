import type { ProbeResult } from '@sandscope/probes/outside';
import { CollectorError } from '../errors.ts';
import { MOST_FRAGMENT, packFragment } from './fragment.ts';
import { shareable } from './shareable.ts';

/** Samples that are tried, most first: what is drawn of a run needs no more of them. */
const SAMPLES = [800, 500, 300, 150, 60, 0];

/**
 * The address of the viewer with a result in its fragment: as many samples as fit.
 *
 * @param viewer address of the page, without a fragment
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
