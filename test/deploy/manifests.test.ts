/** Checks without tools: every file parses, refers to existing files and variables, and declares the node. */
import { existsSync, readFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { knownVariables } from '../../collector/src/commands/command-line.ts';
import { SDK_SETTINGS } from '../../sdk/src/settings.ts';
import { EXAMPLES, ROOT } from './tools.ts';

const read = async (path: string): Promise<string> => await readFile(join(EXAMPLES, path), 'utf8');
const files = (await readdir(EXAMPLES, { recursive: true })).filter((path) => !path.includes('node_modules'));

/** CloudFormation's own tags are only names here. */
const customTags = ['!Ref', '!Sub', '!GetAtt'].map((tag) => ({ tag, resolve: (text: string) => text }));

test.each(files.filter((path) => /\.ya?ml$/.test(path)))('%s is YAML', async (path) => {
  const documents = parseAllDocuments(await read(path), { customTags });
  expect([...documents].flatMap(({ errors }) => errors)).toEqual([]);
});

test('variables that begin with SANDSCOPE_ are read by the collector or the SDK', async () => {
  const known = new Set([...knownVariables(), ...SDK_SETTINGS.flatMap(({ names }) => names)]);
  const strangers = files
    .filter((path) => existsSync(join(EXAMPLES, path)) && /\.\w+$|Dockerfile$/.test(path))
    .flatMap((path) =>
      [...readFileSync(join(EXAMPLES, path), 'utf8').matchAll(/\bSANDSCOPE_[A-Z_]+\b/g)]
        .filter(([name]) => !known.has(name))
        .map(([name]) => `${path}: ${name}`),
    );
  expect(strangers).toEqual([]);
});

test('commands in comments name existing files', async () => {
  const missing: string[] = [];
  for (const path of files.filter((name) => /\.\w+$|Dockerfile$/.test(name))) {
    const named = (await read(path)).matchAll(/\bexamples\/[\w./-]*\w/g);
    for (const [name] of named) if (!existsSync(join(ROOT, name))) missing.push(`${path}: ${name}`);
  }
  expect(missing).toEqual([]);
});

interface Variable {
  readonly name: string;
  readonly valueFrom?: {
    readonly fieldRef?: { readonly fieldPath: string };
    readonly secretKeyRef?: { readonly name: string; readonly key: string };
  };
}

const DECLARED = {
  K8S_NODE_NAME: 'spec.nodeName',
  SANDSCOPE_HOST_IP: 'status.hostIP',
  K8S_POD_NAME: 'metadata.name',
  K8S_POD_UID: 'metadata.uid',
  K8S_NAMESPACE_NAME: 'metadata.namespace',
};

const declaredBy = (env: readonly Variable[]): Record<string, string> =>
  Object.fromEntries(
    env.flatMap(({ name, valueFrom }) => (valueFrom?.fieldRef ? [[name, valueFrom.fieldRef.fieldPath]] : [])),
  );

test('functions on Kubernetes send the token that the collector there requires', async () => {
  const [, set] = parseAllDocuments(await read('one-machine/kubernetes/collector.yaml'));
  expect(JSON.stringify(set)).toContain('SANDSCOPE_TOKEN_FILE');
  const containers: readonly { readonly env: readonly Variable[] }[] = [
    parse(await read('knative/service.yaml')).spec.template.spec.containers[0],
    parse(await read('openfaas/node-patch.yaml')).spec.template.spec.containers[0],
    parse(await read('fission/environment.yaml')).spec.runtime.container,
  ];
  const [, name, key] = /secret generic (\S+) .*--from-literal=(\w+)=/.exec(await read('README.md'))!;
  for (const { env } of containers) {
    const headers = env.find((variable) => variable.name === 'OTEL_EXPORTER_OTLP_HEADERS');
    expect(headers?.valueFrom?.secretKeyRef).toEqual({ name, key });
  }
});

describe('functions on Kubernetes declare their node, its address and their pod', () => {
  test('Knative', async () => {
    const service = parse(await read('knative/service.yaml'));
    expect(declaredBy(service.spec.template.spec.containers[0].env)).toEqual(DECLARED);
    expect(parse(await read('knative/features.yaml')).data).toEqual({
      'kubernetes.podspec-fieldref': 'enabled',
    });
  });

  test('OpenFaaS', async () => {
    const patch = parse(await read('openfaas/node-patch.yaml'));
    const [container] = patch.spec.template.spec.containers;
    expect(declaredBy(container.env)).toEqual(DECLARED);
    expect(Object.keys(parse(await read('openfaas/stack.yaml')).functions)).toEqual([container.name]);
  });

  test('Fission', async () => {
    const { spec } = parse(await read('fission/environment.yaml'));
    expect(declaredBy(spec.runtime.container.env)).toEqual(DECLARED);
  });

  test('OpenWhisk', async () => {
    const { invoker } = parse(await read('openwhisk/values.yaml'));
    const options = [
      ...invoker.jvmOptions.matchAll(/-Dwhisk\.kubernetes\.field-ref-environment\.(\w+)=(\S+)/g),
    ];
    expect(Object.fromEntries(options.map(([, name, path]) => [name, path]))).toEqual(DECLARED);
  });
});

describe('one machine', () => {
  test('has one memory limit everywhere', async () => {
    const compose = parse(await read('one-machine/compose.yaml')).services.collector;
    const [, set] = parseAllDocuments(await read('one-machine/kubernetes/collector.yaml'));
    const memory = set!.getIn(['spec', 'template', 'spec', 'containers', 0, 'resources', 'limits', 'memory']);
    expect(compose.mem_limit).toBe('3g');
    expect(compose.memswap_limit).toBe(compose.mem_limit);
    expect(memory).toBe('3Gi');
    expect(await read('one-machine/sandscope.service')).toMatch(/^MemoryMax=3G$/m);
    expect(await readFile(join(ROOT, 'docs/deployment.md'), 'utf8')).toContain('limit of 3 GiB');
  });

  test('the image copies existing files', async () => {
    const dockerfile = await read('one-machine/Dockerfile');
    const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, names]) =>
      names!.split(' '),
    );
    expect(copied.filter((name) => !existsSync(join(ROOT, name)))).toEqual([]);
    const compose = parse(await read('one-machine/compose.yaml')).services.collector.build;
    expect(resolve(EXAMPLES, 'one-machine', compose.context)).toBe(dirname(join(ROOT, 'x')));
    expect(existsSync(join(ROOT, compose.dockerfile))).toBe(true);
  });
});
