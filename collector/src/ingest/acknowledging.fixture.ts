// A process that keeps requests as fast as possible and prints the name of each span once it is acknowledged.
import { Ingest } from './ingest.ts';
import { requestBody } from './test-requests.fixture.ts';

const [dataDir = '', prefix = '', engineJson = ''] = process.argv.slice(2);
const ingest = await Ingest.start({ dataDir, minFreeBytes: 0, warn: () => undefined });
if (engineJson !== '') ingest.connectStore(JSON.parse(engineJson) as never);

async function sendForEver(lane: number): Promise<never> {
  for (let index = 0; ; index++) {
    const name = `${prefix}-${lane}-${index}`;
    await ingest.accept(requestBody(name), 'json');
    process.stdout.write(`${name}\n`);
  }
}

await Promise.all([0, 1, 2, 3].map((lane) => sendForEver(lane)));
