import * as semconv from '@sandscope/probes/semconv';
import type { Attachment } from './attach.ts';

const DEFAULT_HOST = 'metadata.google.internal';
const TIMEOUT_MILLIS = 500;
let asked = false;

/**
 * Asks the metadata server for the id of this instance, its region and its project, once a process and in the
 * background, and adds them to the resource. Nothing is added when there is no answer within 500 ms.
 *
 * @param host `host` or `host:port` of the server, as in `GCE_METADATA_HOST`; default `metadata.google.internal`
 */
export function describeInstance(attachment: Attachment, host = DEFAULT_HOST): void {
  if (asked) return;
  asked = true;
  const read = async (path: string): Promise<string | undefined> => {
    try {
      const url = new URL(`http://${host}/computeMetadata/v1/${path}`);
      const text = await attachment.get(url, { 'metadata-flavor': 'Google' }, TIMEOUT_MILLIS);
      return text && /^[\w./:-]{1,512}$/.test(text.trim()) ? text.trim() : undefined;
    } catch {
      return undefined;
    }
  };
  void Promise.all(['instance/id', 'instance/region', 'project/project-id'].map(read)).then(
    ([id, region, project]) => {
      attachment.describe({
        ...(id && { [semconv.ATTR_FAAS_INSTANCE]: id }),
        // projects/123/regions/europe-west1
        ...(region && { [semconv.ATTR_CLOUD_REGION]: region.split('/').at(-1) }),
        ...(project && { [semconv.ATTR_CLOUD_ACCOUNT_ID]: project }),
      });
    },
  );
}
