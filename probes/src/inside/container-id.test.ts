import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { parseContainerId, readContainerId } from './container-id.ts';

const FOLDER = fileURLToPath(new URL('../../../test/fixtures/containers', import.meta.url));
const OWN = 'a1b2c3d4'.repeat(8);
const TASK = '4d5c6b7a'.repeat(4);

const text = (name: string): string => readFileSync(join(FOLDER, name), 'utf8');
const find = (name: string): string | undefined =>
  parseContainerId(text(`${name}.cgroup`), text(`${name}.mountinfo`));

const EXPECTED: Readonly<Record<string, string | undefined>> = {
  'docker-in-docker': OWN,
  'docker-init-scope': OWN,
  'docker-v1-cgroupfs': OWN,
  'docker-v1-namespace': OWN,
  'docker-v2-namespace': OWN,
  'docker-v2-own-file-system': OWN,
  'docker-v2-systemd-init-leaf': OWN,
  'ecs-ec2-v1': OWN,
  'ecs-fargate-v1': `${TASK}-1234567890`,
  'hybrid-v1-names-it': OWN,
  'k8s-containerd-colons': OWN,
  'k8s-containerd-v1-cgroupfs': OWN,
  'k8s-containerd-v2-host': OWN,
  'k8s-containerd-v2-mount-root': OWN,
  'k8s-containerd-v2-namespace': undefined,
  'k8s-cri-dockerd-hosts-not-told': undefined,
  'k8s-cri-dockerd-v2-mount-root': OWN,
  'k8s-cri-dockerd-v2-namespace': undefined,
  'k8s-crio-v1-conmon': OWN,
  'k8s-crio-v2': OWN,
  'k8s-crio-v2-namespace': undefined,
  'k8s-in-docker': OWN,
  'k8s-pod-level-mount-root': undefined,
  lxc: undefined,
  'nerdctl-v2-namespace': OWN,
  'no-container-v2': undefined,
  'podman-monitor-alone': undefined,
  'podman-payload': OWN,
  'podman-v1-conmon-beside': OWN,
  'podman-v2-namespace': OWN,
  'podman-v2-pod-namespace': OWN,
  'podman-v2-systemd': OWN,
  'systemd-service': undefined,
};

test('each fixture has an expectation', () => {
  const names = readdirSync(FOLDER).filter((name) => name.endsWith('.cgroup'));
  expect(names.map((name) => name.replace(/\.cgroup$/, '')).sort()).toEqual(Object.keys(EXPECTED).sort());
});

test.each(Object.entries(EXPECTED))('%s: %s', (name, id) => {
  expect(find(name)).toBe(id);
});

test('truncated texts give the right id or none', () => {
  for (const name of Object.keys(EXPECTED)) {
    const [cgroup, mountinfo] = [text(`${name}.cgroup`), text(`${name}.mountinfo`)];
    for (let length = 0; length < mountinfo.length; length += 7) {
      expect([undefined, OWN, EXPECTED[name]]).toContain(parseContainerId('', mountinfo.slice(0, length)));
      expect([undefined, OWN, '99887766'.repeat(8), EXPECTED[name]]).toContain(
        parseContainerId(cgroup.slice(0, length)),
      );
    }
  }
});

test('with a shared network, mounted files give no id; on Fargate the metadata address does', () => {
  const root = mkdtempSync(join(tmpdir(), 'sandscope-container-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  writeFileSync(join(root, 'cgroup'), text('docker-v2-namespace.cgroup'));
  writeFileSync(join(root, 'mountinfo'), text('docker-v2-namespace.mountinfo'));
  const ecs = (id: string) => ({ ECS_CONTAINER_METADATA_URI_V4: `http://192.0.2.1/v4/${id}` });
  expect(readContainerId(root, {})).toBe(OWN);
  expect(readContainerId(root, { KUBERNETES_SERVICE_HOST: '192.0.2.1' })).toBeUndefined();
  expect(readContainerId(root, ecs('11111111-2222-3333-4444-555555555555'))).toBeUndefined();
  expect(readContainerId(root, ecs(`${TASK}-1234567890`))).toBe(`${TASK}-1234567890`);
  expect(readContainerId('/not/there', {})).toBeUndefined();
});
