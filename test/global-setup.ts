import { buildSdk } from '../.ci/build.ts';
import { buildPageIfOld } from '../.ci/page.ts';

/** Tests run functions against the deployable bundle, and browsers against the page, so both are built first. */
export default async function setup(): Promise<void> {
  await Promise.all([buildSdk(), buildPageIfOld()]);
}
