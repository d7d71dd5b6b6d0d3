import type { Option, Settings } from '../config/index.ts';
import { badOption } from '../config/index.ts';
import { LAYER_NAME, publishLayer, readLayerZip, withLambda } from '../lambda/index.ts';
import type { Command } from './command.ts';
import { packageVersion } from '../process/package-version.ts';

export const REGION_OPTION: Option = {
  name: 'region',
  value: 'NAME',
  help: 'of AWS',
  fallback: 'as for the aws command',
};

/** Publishes the Lambda layer. */
export const layer: Command = {
  name: 'layer',
  summary: 'publish the layer that instruments AWS Lambda functions',
  positionals: ['publish'],
  options: [
    { name: 'layer', value: 'NAME', help: 'the name of the layer', fallback: LAYER_NAME },
    REGION_OPTION,
    { name: 'dry-run', help: 'show what would be published, and publish nothing' },
    { name: 'json', help: 'one line of JSON' },
  ],
  notes: `Needs lambda:ListLayerVersions, lambda:GetLayerVersion and lambda:PublishLayerVersion. A layer whose
newest version is the same is not published again. Prints the ARN of the version.`,
  run: async (settings) => {
    const [action] = settings.positionals;
    if (action !== 'publish')
      throw badOption(`layer has the action publish${action === undefined ? '' : `, not "${action}"`}`);
    await publish(settings);
  },
};

async function publish(settings: Settings): Promise<void> {
  const name = settings.text('layer') ?? LAYER_NAME;
  const onlyLook = settings.flag('dry-run');
  const zip = await readLayerZip();
  const published = await withLambda(
    settings.text('region'),
    `the layer ${name} cannot be published`,
    (lambda) => publishLayer(lambda, { name, zip, version: packageVersion(), onlyLook }),
  );
  if (settings.flag('json'))
    return print(JSON.stringify({ layer: name, bytes: zip.length, isNew: true, ...published }));
  if (published === undefined) print(`a new version of ${name} would be published, ${zip.length} bytes`);
  else print(published.isNew ? published.arn : `${published.arn}\n(published before, nothing changed)`);
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
