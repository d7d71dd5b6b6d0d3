/**
 * Writes the viewer of shared results beside its sources: `node .ci/viewer.ts`. An image of the collector needs it,
 * because it runs from sources without the tool that builds them. Elsewhere the viewer is built on first use, which
 * does not go stale.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bundleViewer } from '../collector/src/web/bundle-viewer.ts';
import { ROOT } from './packages.ts';

const { script } = await bundleViewer();
await writeFile(join(ROOT, 'collector/src/web/viewer/viewer.js'), script);
