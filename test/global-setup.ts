import { buildSdk } from '../.ci/build.ts';

/** The tests run functions against the deployable bundle, so it is made anew from the sources first. */
export default async function setup(): Promise<void> {
  await buildSdk();
}
