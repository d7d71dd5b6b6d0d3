import * as semconv from '@sandscope/probes/semconv';
import type { Attributes } from '../otlp/span.ts';
import type { Get } from '../sandbox/platform.ts';

const DEFAULT_HOST = 'metadata.google.internal';

/**
 * Asks Google's metadata server for the id of this instance, its region and its project.
 *
 * @param host `host` or `host:port` of the server, as in `GCE_METADATA_HOST`; default `metadata.google.internal`
 */
export async function readGoogleMetadata(get: Get, host = DEFAULT_HOST): Promise<Attributes> {
  const read = async (path: string): Promise<string | undefined> => {
    try {
      const text = await get(`http://${host}/computeMetadata/v1/${path}`, { 'metadata-flavor': 'Google' });
      return text && /^[\w./:-]{1,512}$/.test(text.trim()) ? text.trim() : undefined;
    } catch {
      return undefined;
    }
  };
  const [id, region, project] = await Promise.all(
    ['instance/id', 'instance/region', 'project/project-id'].map(read),
  );
  return {
    ...(id && { [semconv.ATTR_FAAS_INSTANCE]: id }),
    // projects/123/regions/europe-west1
    ...(region && { [semconv.ATTR_CLOUD_REGION]: region.split('/').at(-1) }),
    ...(project && { [semconv.ATTR_CLOUD_ACCOUNT_ID]: project }),
  };
}
