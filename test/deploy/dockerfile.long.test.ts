/**
 * The steps of each Dockerfile, in a Debian without anything else, and the collector that results: as its user, on a
 * read-only root, in namespaces of its own, on one machine with the variables and secrets of Compose. Docker itself is
 * not needed.
 */
import { randomBytes } from 'node:crypto';
import { execFile } from 'node:child_process';
import { appendFile, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { readDockerfile, type Image } from './dockerfile.ts';
import { EXAMPLES, ROOT, run, TOOLS } from './tools.ts';

/** What `install.sh` leaves: Debian as in the base image, and what `node:24` adds to it. */
const DEBIAN = join(TOOLS, 'debian');
const NODE = join(TOOLS, 'node_modules/node/bin/node');
const NPM = join(TOOLS, 'node_modules/npm');
const isRoot = process.getuid?.() === 0;
const canRun = isRoot && [join(DEBIAN, 'etc/debian_version'), NODE, NPM].every((path) => existsSync(path));
if (!canRun)
  console.warn(
    'SKIPPED: the steps of the Dockerfile. They need root and what test/deploy/install.sh installs',
  );

const LIMIT = 1_500_000;
const UID = '1000:1000';
const quote = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;

/** Processes that end with the test, and mounts that nobody else sees. */
const NAMESPACES = ['--mount', '--pid', '--fork', '--kill-child'];
const DEVICES = { null: 3, zero: 5, full: 7, random: 8, urandom: 9 };
/** `/proc` and the devices that a container has, not those of this machine. */
const systemMounts = (root: string): string[] => [
  `mount -t proc proc ${root}/proc`,
  `mount -t tmpfs -o mode=755 tmpfs ${root}/dev`,
  ...Object.entries(DEVICES).map(([name, minor]) => `mknod -m 666 ${root}/dev/${name} c 1 ${minor}`),
  `ln -s /proc/self/fd ${root}/dev/fd`,
  `mkdir -m 1777 ${root}/dev/shm`,
];

/** Runs a step of the build: as root, with the network. */
async function runStep(root: string, workdir: string, command: string): Promise<void> {
  const step = `cd ${workdir}; exec env -i ${environment({ HOME: '/root' })} sh -ec ${quote(command)}`;
  const enter = [...systemMounts(root), `exec chroot ${root} /bin/sh -ec ${quote(step)}`].join(' && ');
  await run('unshare', [...NAMESPACES, 'sh', '-ec', enter], { timeoutMillis: LIMIT });
}

/** `env` of a step: nothing of this machine except what its network needs. */
const environment = (own: Readonly<Record<string, string>>): string =>
  Object.entries({
    PATH: '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin',
    ...(process.env['NODE_EXTRA_CA_CERTS'] && { NODE_EXTRA_CA_CERTS: '/etc/ssl/certs/ca-certificates.crt' }),
    ...own,
  })
    .map(([name, value]) => `${name}=${quote(value)}`)
    .join(' ');

async function makeBase(root: string): Promise<void> {
  await promisify(execFile)('cp', ['-a', DEBIAN, root]);
  await cp(NODE, join(root, 'usr/local/bin/node'), { dereference: true });
  await cp(NPM, join(root, 'usr/local/lib/node_modules/npm'), { recursive: true });
  const npm = '#!/bin/sh\nexec node /usr/local/lib/node_modules/npm/bin/npm-cli.js "$@"\n';
  await writeFile(join(root, 'usr/local/bin/npm'), npm, { mode: 0o755 });
  await appendFile(join(root, 'etc/passwd'), 'node:x:1000:1000::/home/node:/bin/sh\n');
  await appendFile(join(root, 'etc/group'), 'node:x:1000:\n');
  const authorities = process.env['NODE_EXTRA_CA_CERTS'];
  if (authorities !== undefined)
    await cp(authorities, join(root, 'etc/ssl/certs/ca-certificates.crt'), { dereference: true });
  for (const file of ['resolv.conf', 'hosts'])
    await cp(`/etc/${file}`, join(root, 'etc', file), { dereference: true });
}

/** Builds every stage. @returns the root of the last one */
async function build({ stages, workdir }: Image, folder: string): Promise<string> {
  const rootOf = (index: number): string => join(folder, `stage-${index}`);
  for (const [index, { from, steps }] of stages.entries()) {
    if (from !== 'node:24-bookworm-slim') throw new Error(`another base: ${from}`);
    const root = rootOf(index);
    await makeBase(root);
    await mkdir(join(root, workdir), { recursive: true });
    for (const step of steps) {
      if (step.kind === 'run') {
        await runStep(root, workdir, step.command);
        continue;
      }
      const target = join(root, step.to.startsWith('/') ? step.to : join(workdir, step.to));
      const stage = stages.findIndex(({ name }) => name === step.fromStage);
      for (const path of step.paths)
        await (step.fromStage === undefined
          ? copyFromClone(path, target, step.to.endsWith('/'))
          : run('cp', ['-aT', join(rootOf(stage), path), target]));
    }
  }
  return rootOf(stages.length - 1);
}

/** What a fresh clone has, and changes that are not committed yet. */
async function copyFromClone(path: string, target: string, isFolder: boolean): Promise<void> {
  const listed = await run('git', ['ls-files', '--cached', '--others', '--exclude-standard', '--', path]);
  const files = listed
    .trim()
    .split('\n')
    .filter((name) => existsSync(join(ROOT, name)));
  const place = (file: string): string =>
    file !== path ? file.slice(path.length + 1) : isFolder ? file : '';
  for (const file of files)
    await cp(join(ROOT, file), join(target, place(file)), { preserveTimestamps: true });
}

interface Run {
  /** The variables of the deployment. */
  readonly variables: Readonly<Record<string, string>>;
  /** Writable beside the volumes, empty at first. */
  readonly tmpfs: readonly string[];
  /** A shell command for when the collector is healthy. */
  readonly check: string;
}

/** Runs the collector of an image until it is healthy, a command, and SIGTERM. @returns what was said */
async function runCollector(image: Image, root: string, { variables, tmpfs, check }: Run): Promise<string> {
  const merged = `${root}-read-only`;
  await mkdir(merged);
  const mounts = [
    `mount --bind ${root} ${merged}`,
    `mount -o remount,ro,bind ${merged}`,
    ...image.volumes.map((path) => `mount --bind ${root}${path} ${merged}${path}`),
    ...tmpfs.map((path) => `mount -t tmpfs tmpfs ${merged}${path}`),
    ...systemMounts(merged),
    'ip link set lo up',
  ];
  const own = environment({ HOME: '/home/node', ...image.environment, ...variables });
  const words = (command: readonly string[]): string => command.map(quote).join(' ');
  const script = `cd ${image.workdir}
    env -i ${own} ${words(image.command)} >/tmp/log 2>&1 &
    pid=$!
    until env -i ${own} ${words(image.healthCheck)}; do kill -0 $pid || { cat /tmp/log; exit 1; }; sleep 1; done
    if touch /app/file 2>/dev/null; then echo 'the root can be written'; exit 1; fi
    env -i ${own} ${check} || { cat /tmp/log; exit 1; }
    kill -TERM $pid
    wait $pid
    echo "ended with $?, as $(id -un)"`;
  const enter = [...mounts, `exec chroot --userspec=${UID} ${merged} /bin/sh -ec ${quote(script)}`];
  return await run('unshare', [...NAMESPACES, '--net', 'sh', '-ec', enter.join(' && ')], {
    timeoutMillis: 600_000,
  });
}

describe.skipIf(!canRun)('the Dockerfile', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sandscope-image-'));
  });
  afterEach(async () => await rm(folder, { recursive: true, force: true, maxRetries: 3 }), 120_000);
  const read = async (path: string): Promise<Image> =>
    readDockerfile(await readFile(join(EXAMPLES, path), 'utf8'));

  test(
    'of one machine makes a collector that stores, answers and has its page',
    async () => {
      const image = await read('one-machine/Dockerfile');
      const { services } = parse(await readFile(join(EXAMPLES, 'one-machine/compose.yaml'), 'utf8'));
      const { environment: variables, secrets, read_only, tmpfs } = services.collector;
      expect({ read_only, user: image.user }).toEqual({ read_only: true, user: 'node' });
      const root = await build(image, folder);
      const tokens = (secrets as string[]).map(() => randomBytes(24).toString('base64'));
      await mkdir(join(root, 'run/secrets'), { recursive: true });
      for (const [index, name] of (secrets as string[]).entries())
        await writeFile(join(root, 'run/secrets', name), `${tokens[index]}\n`, { mode: 0o444 });
      const check = `node --input-type=module --eval ${quote(PAGE + SPAN)} ${tokens.map(quote).join(' ')}`;
      expect(await runCollector(image, root, { variables, tmpfs, check })).toBe(
        'the page\n1 invocation of hello\nended with 0, as node\n',
      );
    },
    LIMIT,
  );

  test(
    'of a cluster makes a collector without the engine that has its page while ClickHouse is away',
    async () => {
      const { healthCheck } = await read('one-machine/Dockerfile');
      const image = { ...(await read('../cluster/Dockerfile')), healthCheck };
      const root = await build(image, folder);
      expect(existsSync(join(root, 'app/node_modules/@chdb'))).toBe(false);
      const variables = { SANDSCOPE_DATA: '/data', SANDSCOPE_CLICKHOUSE_URL: 'http://127.0.0.1:8123' };
      const check = `node --input-type=module --eval ${quote(PAGE)}`;
      expect(await runCollector(image, root, { variables, tmpfs: ['/tmp'], check })).toBe(
        'the page\nended with 0, as node\n',
      );
    },
    LIMIT,
  );
});

/** Reads the page, the script that it loads, and the viewer of results. */
const PAGE = `
  const url = 'http://127.0.0.1:4318';
  const page = await (await fetch(url + '/')).text();
  const [, script] = /<script[^>]* src="([^"]+)"/.exec(page) ?? [];
  if (script === undefined) throw new Error('no page: ' + page);
  for (const path of [script, '/viewer', '/viewer.js']) {
    const { status } = await fetch(new URL(path, url));
    if (status !== 200) throw new Error(path + ': ' + status);
  }
  console.log('the page');`;

/** Sends a span and asks for it, with the tokens. */
const SPAN = `
  const [ingest, query] = process.argv.slice(1);
  const text = (key, stringValue) => ({ key, value: { stringValue } });
  const now = BigInt(Date.now()) * 1000000n;
  const span = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), name: 'hello', kind: 2,
    startTimeUnixNano: String(now - 1000000000n), endTimeUnixNano: String(now),
    attributes: [text('sandscope.sandbox.id', 'c'.repeat(32))] };
  const resource = { attributes: [text('service.name', 'hello'), text('faas.name', 'hello')] };
  const sent = await fetch(url + '/v1/traces', { method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer ' + ingest },
    body: JSON.stringify({ resourceSpans: [{ resource, scopeSpans: [{ spans: [span] }] }] }) });
  if (!sent.ok) throw new Error('spans: ' + sent.status);
  for (const end = Date.now() + 240000; Date.now() < end; await new Promise((done) => setTimeout(done, 500))) {
    const answer = await fetch(url + '/api/v1/functions/hello', { headers: { authorization: 'Bearer ' + query } });
    const { invocations } = answer.ok ? await answer.json() : {};
    if (invocations === 1) { console.log('1 invocation of hello'); process.exit(0); }
  }
  throw new Error('the span cannot be queried');`;
