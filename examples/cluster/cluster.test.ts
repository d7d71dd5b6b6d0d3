import { execFile, execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { readConfig, Settings } from '../../collector/src/config/index.ts';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const ROOT = join(HERE, '../..');
const text = (path: string): string => readFileSync(join(HERE, path), 'utf8');
const folder = mkdtempSync(join(tmpdir(), 'sandscope-cluster-'));
afterAll(() => rmSync(folder, { recursive: true }));

type Named<T> = Readonly<Record<string, T>>;

interface ComposeService {
  readonly image: string;
  readonly hostname?: string;
  readonly build?: { context: string; dockerfile: string };
  readonly environment?: Named<string>;
  readonly secrets?: readonly string[];
  readonly volumes?: readonly string[];
  readonly ports?: readonly string[];
  readonly depends_on?: readonly string[] | Named<unknown>;
  readonly networks?: { readonly default: { readonly aliases: readonly string[] } };
}
interface Compose {
  readonly services: Named<ComposeService>;
  readonly secrets: Named<{ readonly file: string }>;
  readonly volumes: Named<unknown>;
}
const compose = parse(text('compose.yaml'), { merge: true }) as Compose;

interface Port {
  readonly name: string;
  readonly port?: number;
  readonly containerPort?: number;
  readonly targetPort?: string;
}
interface Container {
  readonly name: string;
  readonly image: string;
  readonly env?: readonly { name: string; value?: string }[];
  readonly envFrom?: readonly { secretRef: { name: string } }[];
  readonly ports: readonly Port[];
  readonly volumeMounts?: readonly { name: string; mountPath: string; subPath?: string }[];
  readonly readinessProbe?: { httpGet?: { port: string }; tcpSocket?: { port: string } };
}
interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly selector?: Named<string> & { readonly matchLabels?: Named<string> };
    readonly serviceName?: string;
    readonly replicas?: number;
    readonly ports?: readonly Port[];
    readonly template?: {
      readonly metadata: { readonly labels: Named<string> };
      readonly spec: {
        readonly containers: readonly Container[];
        readonly volumes?: readonly {
          name: string;
          configMap?: { name: string };
          secret?: { secretName: string };
        }[];
      };
    };
    readonly volumeClaimTemplates?: readonly { metadata: { name: string } }[];
  };
}
const manifests = readdirSync(join(HERE, 'kubernetes')).flatMap((file) =>
  parseAllDocuments(text(`kubernetes/${file}`)).map((document) => {
    for (const error of document.errors) throw error;
    return document.toJS() as Manifest;
  }),
);
const ofKind = (kind: string): Manifest[] => manifests.filter((manifest) => manifest.kind === kind);
const named = (kind: string, name: string): Manifest =>
  ofKind(kind).find((manifest) => manifest.metadata.name === name)!;
const workloads = [...ofKind('StatefulSet'), ...ofKind('Deployment')];
const services = ofKind('Service');
const selects = (service: Manifest, labels: Named<string>): boolean =>
  Object.entries(service.spec.selector ?? {}).every(([key, value]) => labels[key] === value);

interface EngineView {
  readonly cluster: readonly { shard_num: number; replica_num: number; host_name: string; port: number }[];
  readonly macros: readonly { macro: string; substitution: string }[];
  readonly profiles: readonly { profile_name: string; setting_name: string; value: string }[];
  readonly users: readonly { name: string; auth_type: readonly string[] }[];
  readonly grants: readonly { user_name: string; access_type: string; database: string | null }[];
}
const DIGEST = 'a'.repeat(64);
async function engineView(shard: string, hostname: string): Promise<EngineView> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [join(HERE, 'engine-view.fixture.ts'), join(folder, hostname)],
    {
      env: {
        PATH: process.env['PATH'],
        SHARD: shard,
        HOSTNAME: hostname,
        CLUSTER_SECRET: 'secret',
        SANDSCOPE_PASSWORD_SHA256: DIGEST,
        SANDSCOPE_READER_PASSWORD_SHA256: DIGEST,
      },
    },
  ).catch((error: { stdout: string; stderr: string }) => {
    if (error.stdout === '') throw new Error(error.stderr);
    return error; // it kills itself with a signal
  });
  return JSON.parse(stdout) as EngineView;
}
const view = engineView('2', 'clickhouse-2-1');

/** Names and ports of the services, in Compose and in Kubernetes. */
const composeNames = Object.entries(compose.services).flatMap(([name, { networks }]) =>
  [name].concat(networks?.default.aliases ?? []),
);
const podNames = ofKind('StatefulSet').flatMap(({ metadata, spec }) =>
  Array.from({ length: spec.replicas ?? 1 }, (_, index) => `${metadata.name}-${index}.${spec.serviceName}`),
);

describe('the configuration of the servers', () => {
  it('is accepted by the engine: two shards of two replicas, each with its own macros', async () => {
    const { cluster, macros } = await view;
    expect(cluster.map((row) => `${row.shard_num}/${row.replica_num} ${row.host_name}:${row.port}`)).toEqual([
      '1/1 clickhouse-1-0.clickhouse:9000',
      '1/2 clickhouse-1-1.clickhouse:9000',
      '2/1 clickhouse-2-0.clickhouse:9000',
      '2/2 clickhouse-2-1.clickhouse:9000',
    ]);
    expect(Object.fromEntries(macros.map(({ macro, substitution }) => [macro, substitution]))).toEqual({
      cluster: 'sandscope',
      shard: '2',
      replica: 'clickhouse-2-1',
    });
  });

  it('names existing servers and keepers, in Compose and in Kubernetes', async () => {
    const hosts = (await view).cluster.map((row) => row.host_name);
    const keepers = [...text('clickhouse/cluster.xml').matchAll(/<host>(keeper[^<]+)</g)].map(
      ([, host]) => host!,
    );
    const raft = [...text('keeper/keeper.xml').matchAll(/<hostname>([^<]+)</g)].map(([, host]) => host!);
    expect(keepers).toHaveLength(3);
    expect(raft).toEqual(keepers);
    for (const host of [...hosts, ...keepers]) {
      expect(composeNames).toContain(host);
      expect(podNames).toContain(host);
    }
    const ofShard = (name: string): string => /^clickhouse-(\d)-/.exec(name)?.[1] ?? '';
    const servers = Object.entries(compose.services).filter(([name]) => ofShard(name) !== '');
    expect(servers).toHaveLength(4);
    for (const [name, service] of servers) expect(service.environment?.['SHARD']).toBe(ofShard(name));
  });

  it('gives collectors the rights they need, and readers only read access', async () => {
    const { users, grants, profiles } = await view;
    expect(users.map(({ name }) => name).toSorted()).toEqual(['default', 'sandscope', 'sandscope_reader']);
    const of = (user: string): string[] =>
      grants
        .filter((grant) => grant.user_name === user)
        .map(({ access_type, database }) => `${access_type} ${database ?? '*'}`);
    expect(new Set(of('sandscope_reader'))).toEqual(new Set(['SELECT sandscope', 'SELECT sandscope_local']));
    for (const right of ['SELECT', 'INSERT', 'CREATE', 'ALTER', 'DROP']) {
      expect(of('sandscope').join()).toContain(right);
    }
    expect(profiles).toContainEqual({ profile_name: 'reader', setting_name: 'readonly', value: '2' });
    expect(profiles).toContainEqual({
      profile_name: 'writer',
      setting_name: 'distributed_foreground_insert',
      value: '1',
    });
  });
});

/** The variables of a collector, parsed as the collector parses them, with our files instead of the mounted ones. */
function readEnvironment(given: Named<string>): { config: ReturnType<typeof readConfig>; unread: string[] } {
  const files = { 'clickhouse-password': 'pw', 'clickhouse-reader-password': 'pw' };
  const tokens = { 'ingest-tokens': 'a'.repeat(48), 'query-tokens': 'b'.repeat(48) };
  const environment = Object.fromEntries(
    Object.entries(given).map(([name, value]) => {
      const secret = /^\/run\/secrets\/(.*)$/.exec(value)?.[1];
      if (secret === undefined) return [name, value];
      const content = { ...files, ...tokens }[secret];
      expect(content, `${name} names a secret that is not made`).toBeDefined();
      writeFileSync(join(folder, secret), content ?? '');
      return [name, join(folder, secret)];
    }),
  );
  const read = new Set<string | symbol>();
  const watched = new Proxy(environment, {
    get: (target, name) => {
      read.add(name);
      return Reflect.get(target, name) as string | undefined;
    },
  });
  const config = readConfig(new Settings({}, watched));
  return { config, unread: Object.keys(environment).filter((name) => !read.has(name)) };
}

describe.each([
  ['Compose', compose.services['collector-0']?.environment ?? {}, composeNames],
  [
    'Kubernetes',
    Object.fromEntries(
      (named('StatefulSet', 'collector').spec.template?.spec.containers[0]?.env ?? []).map(
        ({ name, value }) => [name, value ?? ''],
      ),
    ),
    services.map(({ metadata }) => metadata.name),
  ],
])('a collector of %s', (_, environment, reachable) => {
  it('knows each variable that is set', async () => {
    const { config, unread } = readEnvironment(environment);
    expect(unread).toEqual([]);
    const { users, macros } = await view;
    expect(config.clickhouse?.cluster).toBe(macros.find(({ macro }) => macro === 'cluster')?.substitution);
    expect(users.map(({ name }) => name)).toEqual(
      expect.arrayContaining([config.clickhouse?.user, config.clickhouse?.query?.user]),
    );
  });

  it('sends to existing names', () => {
    const { config } = readEnvironment(environment);
    for (const url of [config.clickhouse?.url ?? '', ...config.forward]) {
      expect(reachable).toContain(new URL(url).hostname);
    }
  });
});

describe('Compose', () => {
  it('refers only to existing files, services and volumes', () => {
    for (const service of Object.values(compose.services)) {
      const needed = Array.isArray(service.depends_on)
        ? service.depends_on
        : Object.keys(service.depends_on ?? {});
      for (const name of needed as string[]) expect(Object.keys(compose.services)).toContain(name);
      for (const secret of service.secrets ?? []) expect(Object.keys(compose.secrets)).toContain(secret);
      const sources = (service.volumes ?? []).map((mount) => mount.split(':')[0]!);
      for (const file of sources.filter((source) => source.startsWith('.'))) {
        expect(existsSync(join(HERE, file)), file).toBe(true);
      }
      expect(Object.keys(compose.volumes)).toEqual(
        expect.arrayContaining(sources.filter((source) => !source.startsWith('.'))),
      );
      const { context, dockerfile } = service.build ?? { context: '../..', dockerfile: 'README.md' };
      expect(join(HERE, context, '/')).toBe(join(ROOT, '/'));
      expect(existsSync(join(HERE, context, dockerfile))).toBe(true);
    }
  });

  it('gives each collector its own inbox', () => {
    const mounts = Object.entries(compose.services)
      .filter(([name]) => name.startsWith('collector-'))
      .map(([, service]) => service.volumes?.[0]);
    expect(mounts).toHaveLength(3);
    expect(new Set(mounts).size).toBe(3);
  });

  it('gets matching secrets and passwords', () => {
    const copy = join(folder, 'copy');
    cpSync(join(HERE, 'make-secrets.sh'), join(copy, 'make-secrets.sh'));
    const make = (): string => {
      execFileSync('sh', [join(copy, 'make-secrets.sh')]);
      return readFileSync(join(copy, '.env'), 'utf8');
    };
    const made = make();
    expect(make()).toBe(made); // existing secrets are kept
    const wanted = [...text('compose.yaml').matchAll(/\$\{(\w+):\?/g)].map(([, name]) => name);
    for (const name of wanted) expect(made).toMatch(new RegExp(`^${name}=[0-9a-f]{48,64}$`, 'm'));
    for (const { file } of Object.values(compose.secrets)) {
      expect(readFileSync(join(copy, file), 'utf8')).toMatch(/^[0-9a-f]{48}$/);
    }
    const digest = execFileSync('sh', ['-c', `sha256sum < "${join(copy, 'secrets/clickhouse-password')}"`]);
    expect(made).toContain(`SANDSCOPE_PASSWORD_SHA256=${digest.toString().slice(0, 64)}`);
  });

  it('balances over all collectors and servers, on the ports they listen on', () => {
    const backends = [...text('balancer/haproxy.cfg').matchAll(/^ {2}server \S+ (\S+):(\d+)$/gm)];
    expect(backends).toHaveLength(3 + 4);
    for (const [, host, port] of backends) {
      expect(composeNames).toContain(host);
      expect(port).toBe(host?.endsWith('.collector') === true ? '4318' : '8123');
    }
    const published = Object.values(compose.services).flatMap(({ ports = [] }) => ports);
    for (const port of published) expect(port).toMatch(/^127\.0\.0\.1:/);
  });
});

describe('Kubernetes', () => {
  it('has a Service for each name, and a container port for each of its ports', () => {
    for (const service of services) {
      const behind = workloads.filter(({ spec }) => selects(service, spec.template?.metadata.labels ?? {}));
      expect(behind.length, service.metadata.name).toBeGreaterThan(0);
      for (const { targetPort, port } of service.spec.ports ?? []) {
        for (const { spec } of behind) {
          const target = spec.template?.spec.containers[0]?.ports.find(({ name }) => name === targetPort);
          expect(target?.containerPort).toBe(port);
        }
      }
    }
    for (const { spec } of ofKind('StatefulSet')) {
      expect(services.map(({ metadata }) => metadata.name)).toContain(spec.serviceName);
    }
  });

  it('mounts existing volumes and probes existing ports', () => {
    const kustomization = parse(text('kustomization.yaml')) as {
      resources: string[];
      configMapGenerator: { name: string; files: string[] }[];
      secretGenerator: { name: string; files?: string[] }[];
    };
    const configs = new Map(kustomization.configMapGenerator.map(({ name, files }) => [name, files]));
    const secrets = new Set(kustomization.secretGenerator.map(({ name }) => name));
    for (const file of [...kustomization.resources, ...[...configs.values()].flat()]) {
      expect(existsSync(join(HERE, file)), file).toBe(true);
    }
    expect(kustomization.resources.length).toBe(readdirSync(join(HERE, 'kubernetes')).length);
    expect(kustomization.secretGenerator.flatMap(({ files = [] }) => files)).toEqual(
      Object.values(compose.secrets).map(({ file }) => file.replace('./', '')),
    );
    for (const { spec } of workloads) {
      const { containers = [], volumes = [] } = spec.template?.spec ?? {};
      const claims = spec.volumeClaimTemplates?.map(({ metadata }) => metadata.name) ?? [];
      for (const container of containers) {
        const ports = container.ports.map(({ name }) => name);
        const { httpGet, tcpSocket } = container.readinessProbe ?? {};
        expect([...ports, undefined]).toContain((httpGet ?? tcpSocket)?.port);
        for (const { secretRef } of container.envFrom ?? []) expect(secrets).toContain(secretRef.name);
        for (const mount of container.volumeMounts ?? []) {
          const file = mount.subPath;
          const offered = [
            ...claims.map((claim) => ({ name: claim, file: undefined })),
            ...volumes.flatMap(({ name, configMap, secret }) => {
              if (secret) return secrets.has(secret.secretName) ? [{ name, file: undefined }] : [];
              if (configMap === undefined) return [{ name, file: undefined }];
              return (configs.get(configMap.name) ?? []).map((path) => ({
                name,
                file: path.split('/').at(-1),
              }));
            }),
          ];
          expect(offered).toContainEqual({ name: mount.name, file });
        }
      }
    }
  });

  it('runs the same images as Compose', () => {
    const images = Object.values(compose.services).map(({ image }) =>
      image.replace(/\$\{\w+:-([^}]+)\}/, '$1'),
    );
    for (const { spec } of workloads) {
      for (const container of spec.template?.spec.containers ?? []) expect(images).toContain(container.image);
    }
  });
});

describe('the image', () => {
  it('is built from existing files', () => {
    const sources = [...text('Dockerfile').matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, paths]) =>
      paths!.split(' '),
    );
    expect(sources.length).toBeGreaterThan(4);
    for (const source of sources) expect(existsSync(join(ROOT, source)), source).toBe(true);
  });
});
