/**
 * Creates a data directory and a backup of it with the code of a checkout, as `test/fixtures/data-directories/<name>`:
 * spans, rollups, a backlog in the inbox, dead letters, and the answers of that code. Run it once per release, or
 * before a change of the format on disk:
 *
 *     node test/compatibility/make-data-directory.ts CHECKOUT NAME
 */
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type * as SealerModules from '../../collector/src/correlate/rollup/sealer.ts';
import type * as EngineModules from '../../collector/src/store/engine.ts';
import type * as StoreModules from '../../collector/src/store/store.ts';
import { engineOf } from '../faults/processes.ts';
import { startCollectorWith, temporaryFolder, until } from '../support/stack.ts';
import { askDirectory, KEPT_FOR_EVER, TRACES_ASKED, type Period } from './answers.ts';

const HOUR_MS = 3_600_000;
const ORDERS = 10_200;
const ORDERS_A_REQUEST = 300;
const BILLINGS = 60;
const LATE = 40;

const [checkout, name] = process.argv.slice(2);
if (checkout === undefined || name === undefined) throw new Error('make-data-directory.ts CHECKOUT NAME');
const main = join(resolve(checkout), 'collector/src/main.ts');
const target = fileURLToPath(new URL(`../fixtures/data-directories/${name}/`, import.meta.url));

const toMs = Math.floor(Date.now() / HOUR_MS) * HOUR_MS - 30 * HOUR_MS;
const period: Period = { fromMs: toMs - 8 * HOUR_MS, toMs };
const temporary = await temporaryFolder();
const dataDir = join(temporary.path, 'collector');
const backupDir = join(temporary.path, 'backup');

await fill();
execFileSync(process.execPath, [main, 'backup', backupDir, '--data', dataDir], { stdio: 'inherit' });
mkdirSync(target, { recursive: true });
pack('collector', 'data.tar.gz');
pack('backup', 'backup.tar.gz');
const answers = await askDirectory(main, temporary.path, period);
writeFileSync(join(target, 'answers.json'), `${JSON.stringify({ period, answers })}\n`);
await temporary.remove();

async function fill(): Promise<void> {
  const refusing = createServer((request, response) => {
    request.resume().on('end', () => response.writeHead(400).end('no'));
  }).listen(0, '127.0.0.1');
  await once(refusing, 'listening');
  const forward = `http://127.0.0.1:${(refusing.address() as AddressInfo).port}/v1/traces`;
  const collector = await startCollectorWith(temporary.path, 0, { args: KEPT_FOR_EVER, main });
  for (let first = 0; first < ORDERS; first += ORDERS_A_REQUEST) {
    const numbers = Array.from({ length: ORDERS_A_REQUEST }, (_, index) => first + index);
    await send(collector.url, 'orders', numbers.map(order));
  }
  await send(collector.url, 'billing', Array.from({ length: BILLINGS }, (_, index) => billing(index)).flat());
  await collector.settled();
  await collector.child.stop();
  await seal();

  const again = await startCollectorWith(temporary.path, 0, {
    args: [...KEPT_FOR_EVER, '--forward', forward],
    main,
  });
  await send(again.url, 'refused', [spanOf('refused', 0, '4'.repeat(32))]);
  await until(
    'a dead letter is there',
    () => again.status(),
    ({ forwarders: [forwarder] }) => (forwarder?.parkedRequests ?? 0) > 0,
  );
  await again.settled();
  const engine = engineOf(again.child.process.pid as number) as number;
  process.kill(engine, 'SIGSTOP');
  for (let index = 0; index < LATE; index++) await send(again.url, 'late', [spanOf('late', index)]);
  const ended = once(again.child.process, 'exit');
  again.child.process.kill('SIGKILL');
  await ended;
  process.kill(engine, 'SIGKILL');
  refusing.close();
}

/** Rolls up completed hours, with the code of the checkout. */
async function seal(): Promise<void> {
  const load = async (path: string): Promise<unknown> => import(join(resolve(checkout as string), path));
  const { startEngine } = (await load('collector/src/store/engine.ts')) as typeof EngineModules;
  const { Store } = (await load('collector/src/store/store.ts')) as typeof StoreModules;
  const { Sealer } = (await load('collector/src/correlate/rollup/sealer.ts')) as typeof SealerModules;
  const log = { info: () => undefined, warn: console.warn, error: console.error };
  const engine = await startEngine({ dataDir: join(dataDir, 'engine'), log });
  const store = await Store.open(engine);
  if ((await new Sealer({ store, warn: console.warn }).sealAll()) === 0)
    throw new Error('nothing was summarised');
  await store.close();
  await engine.stop();
}

function order(index: number): object {
  const sandbox = index % 40;
  const ordinal = Math.floor(index / 40) + 1;
  return invocation('orders', index, { sandbox, ordinal, isError: index % 100 === 0, everyMs: 2000 });
}

function billing(index: number): object[] {
  const traceId = TRACES_ASKED[index % TRACES_ASKED.length] as string;
  const server = invocation('billing', index, {
    ...{ sandbox: index % 5, ordinal: Math.floor(index / 5) + 1, isError: index % 7 === 0, everyMs: 60_000 },
    traceId,
  });
  return [server, { ...spanOf('billing', 1000 + index, traceId), kind: 3, name: 'SELECT é' }];
}

function invocation(
  service: string,
  index: number,
  facts: { sandbox: number; ordinal: number; isError: boolean; everyMs: number; traceId?: string },
): object {
  const startMs = period.fromMs + HOUR_MS + index * facts.everyMs;
  return {
    ...spanOf(service, index, facts.traceId, startMs),
    kind: 2,
    attributes: [
      { key: 'sandscope.sandbox.id', value: { stringValue: hex(service, facts.sandbox, 32) } },
      { key: 'sandscope.sandbox.ordinal', value: { intValue: String(facts.ordinal) } },
      { key: 'faas.coldstart', value: { boolValue: facts.ordinal === 1 } },
      { key: 'sandscope.kernel.boot_id', value: { stringValue: `boot-${facts.sandbox % 4}` } },
    ],
    status: facts.isError ? { code: 2, message: 'it failed' } : {},
  };
}

function spanOf(
  service: string,
  index: number,
  traceId = hex(service, index, 32),
  startMs = period.fromMs + HOUR_MS + index,
): object {
  return {
    traceId,
    spanId: hex(service, index, 16),
    name: 'handler',
    kind: 1,
    startTimeUnixNano: `${startMs}000000`,
    endTimeUnixNano: `${startMs + 5 + (index % 90)}000000`,
    attributes: [{ key: 'large', value: { intValue: '9007199254740993' } }],
  };
}

/** Small numbers, so that the packed directory is small. */
function hex(service: string, index: number, digits: number): string {
  return `${Buffer.from(service.slice(0, 3)).toString('hex')}${(index + 1).toString(16).padStart(digits - 6, '0')}`;
}

async function send(url: string, service: string, spans: readonly object[]): Promise<void> {
  const attributes = ['service.name', 'faas.name'].map((key) => ({ key, value: { stringValue: service } }));
  const body = JSON.stringify({ resourceSpans: [{ resource: { attributes }, scopeSpans: [{ spans }] }] });
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(`${url}/v1/traces`, { method: 'POST', headers, body });
  if (response.status !== 200) throw new Error(`${response.status}: ${await response.text()}`);
}

function pack(folder: string, file: string): void {
  const options = ['--sort=name', '--owner=0', '--group=0', '--exclude=*.sock', '-C', temporary.path];
  execFileSync('tar', ['-czf', join(target, file), ...options, folder]);
}
