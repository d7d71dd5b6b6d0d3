import { buildSdk } from '../.ci/build.ts';
import { buildPageIfOld } from '../.ci/page.ts';

/** The tests run functions against the deployable bundle, and browsers against the page: both are made from the sources first. */
export default async function setup(): Promise<void> {
  await Promise.all([buildSdk(), buildPageIfOld()]);
}
