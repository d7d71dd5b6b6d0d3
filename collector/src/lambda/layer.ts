import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { CollectorError } from '../errors/errors.ts';
import type { Lambda } from './lambda-client.ts';

/** Default name of the layer. */
export const LAYER_NAME = 'sandscope';

/** Beside the built file; in a clone, where `npm run build` puts it. */
const ZIP = fileURLToPath(
  new URL(
    import.meta.url.endsWith('.ts') ? '../../../sdk/layer/sandscope-layer.zip' : 'layer.zip',
    import.meta.url,
  ),
);

const RUNTIMES = ['nodejs20.x', 'nodejs22.x', 'nodejs24.x'] as const;

/** The layer's zip of this version. @throws {CollectorError} `ERR_LAYER_NOT_FOUND` */
export async function readLayerZip(path = ZIP): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new CollectorError(
      'ERR_LAYER_NOT_FOUND',
      `the layer, which npm run build makes, cannot be read: ${(error as Error).message}`,
      { cause: error },
    );
  }
}

/** A version of the layer in a region. */
export interface LayerVersion {
  readonly arn: string;
  readonly version: number;
  /** False if the newest version had the same content, so nothing was published. */
  readonly isNew: boolean;
}

/** The newest version of a layer; undefined when there is none. */
export async function newestLayer(
  { sdk, client }: Lambda,
  name: string,
): Promise<Omit<LayerVersion, 'isNew'> | undefined> {
  const { LayerVersions = [] } = await client.send(
    new sdk.ListLayerVersionsCommand({ LayerName: name, MaxItems: 1 }),
  );
  const [newest] = LayerVersions;
  return newest?.LayerVersionArn === undefined || newest.Version === undefined
    ? undefined
    : { arn: newest.LayerVersionArn, version: newest.Version };
}

/**
 * Publishes the layer, unless the newest version has the same content.
 *
 * @param onlyLook publishes nothing; a new version has no number then
 */
export async function publishLayer(
  lambda: Lambda,
  { name, zip, version, onlyLook }: { name: string; zip: Buffer; version: string; onlyLook: boolean },
): Promise<LayerVersion | undefined> {
  const { sdk, client } = lambda;
  const newest = await newestLayer(lambda, name);
  if (newest !== undefined) {
    const { Content } = await client.send(
      new sdk.GetLayerVersionCommand({ LayerName: name, VersionNumber: newest.version }),
    );
    const digest = createHash('sha256').update(zip).digest('base64');
    if (Content?.CodeSha256 === digest) return { ...newest, isNew: false };
  }
  if (onlyLook) return undefined;
  const { LayerVersionArn: arn, Version } = await client.send(
    new sdk.PublishLayerVersionCommand({
      LayerName: name,
      Description: `Sandscope ${version}`,
      LicenseInfo: 'Apache-2.0',
      CompatibleRuntimes: [...RUNTIMES],
      CompatibleArchitectures: ['x86_64', 'arm64'],
      Content: { ZipFile: zip },
    }),
  );
  if (arn === undefined || Version === undefined) throw new Error('Lambda returned no ARN for the layer');
  return { arn, version: Version, isNew: true };
}
