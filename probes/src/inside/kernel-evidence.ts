import { headOfFile, keptHead } from './head-of-file.ts';
import { exists } from './read-text.ts';

/**
 * Evidence, seen from inside, of the kind of kernel and sandbox.
 *
 * - `gvisor.release`: the kernel release ends in `-gvisor`.
 * - `gvisor.build`: the build date is the one that gVisor reports on every machine.
 * - `gvisor.cmdline`: the kernel was started as a `-gvisor` image.
 * - `cpu.model_unknown`: /proc/cpuinfo calls the model "unknown", as gVisor does.
 * - `cpu.times_unfilled`: /proc/stat holds only zeros, as gVisor's does.
 * - `hypervisor.flag`: the CPU says that it is virtual.
 * - `dmi.absent`: x86 without DMI tables, as on Firecracker.
 * - `container.docker`, `container.podman`: the runtime's marker file.
 * - `cgroup.namespace`: the cgroup path is hidden by a namespace.
 * - `kubernetes.token`: a service account is mounted.
 */
export const KERNEL_EVIDENCE = [
  'gvisor.release',
  'gvisor.build',
  'gvisor.cmdline',
  'cpu.model_unknown',
  'cpu.times_unfilled',
  'hypervisor.flag',
  'dmi.absent',
  'container.docker',
  'container.podman',
  'cgroup.namespace',
  'kubernetes.token',
] as const;
export type KernelEvidence = (typeof KERNEL_EVIDENCE)[number];

/** Texts that the evidence is taken from; missing ones prove nothing. */
export interface EvidenceTexts {
  /** /proc/version */
  readonly version?: string;
  readonly cmdline?: string;
  readonly cpuinfo?: string;
  readonly stat?: string;
  /** /proc/self/cgroup */
  readonly cgroup?: string;
}

// gVisor's uname(2) has reported this since its first release.
const GVISOR_BUILD = '#1 SMP Sun Jan 10 15:06:54 PST 2016';

/** The evidence in the texts, in the order of `KERNEL_EVIDENCE`. Pure; never throws. */
export function kernelEvidence(texts: EvidenceTexts): KernelEvidence[] {
  const { version = '', cmdline = '', cpuinfo = '', stat = '', cgroup = '' } = texts;
  const seen: Partial<Record<KernelEvidence, boolean>> = {
    'gvisor.release': /^Linux version \S+-gvisor\s/.test(version),
    'gvisor.build': version.includes(GVISOR_BUILD),
    'gvisor.cmdline': /-gvisor\b/.test(cmdline),
    'cpu.model_unknown': /^model(?: name)?\s*:\s*unknown$/m.test(cpuinfo),
    'cpu.times_unfilled': /^cpu {2}0(?: 0){3,}\n/.test(stat),
    'hypervisor.flag': /^flags\s*:.*\bhypervisor\b.*\n/m.test(cpuinfo),
    'cgroup.namespace': /^0::\/\n$/.test(cgroup),
  };
  return KERNEL_EVIDENCE.filter((name) => seen[name] === true);
}

/**
 * `kernelEvidence` of this machine, with the marker files: takes about 0.3 ms, so it runs once per sandbox and after a
 * response. Empty without /proc. Never throws.
 *
 * @param root prefix of all paths, default none
 */
export function readKernelEvidence(root = ''): KernelEvidence[] {
  const cpuinfo = keptHead(`${root}/proc/cpuinfo`);
  const seen = new Set<KernelEvidence>(
    kernelEvidence({
      version: keptHead(`${root}/proc/version`),
      cmdline: keptHead(`${root}/proc/cmdline`),
      cpuinfo,
      stat: headOfFile(`${root}/proc/stat`),
      cgroup: headOfFile(`${root}/proc/self/cgroup`),
    }),
  );
  if (/^vendor_id\s*:/m.test(cpuinfo) && exists(`${root}/sys/class`)) {
    if (!exists(`${root}/sys/class/dmi`)) seen.add('dmi.absent');
  }
  if (exists(`${root}/.dockerenv`)) seen.add('container.docker');
  if (exists(`${root}/run/.containerenv`)) seen.add('container.podman');
  if (exists(`${root}/var/run/secrets/kubernetes.io/serviceaccount`)) seen.add('kubernetes.token');
  return KERNEL_EVIDENCE.filter((name) => seen.has(name));
}
