import { readContainerId, readDeclaredFacts, readHostFacts, readProcessUser } from '@sandscope/probes/inside';
import * as semconv from '@sandscope/probes/semconv';
import type { Config, Env } from '../config/config.ts';
import { guarded } from '../fence/report.ts';
import { cpuModelName, machineFacts } from '../readings/late-readings.ts';
import type { Attributes } from '../otlp/span.ts';
import { VERSION } from '../config/version.ts';

/**
 * The resource of every span of this process: service, function, cloud, host, process. Takes about 1 ms, so it is
 * called after the first response where the platform allows.
 *
 * @param functionName as in the span's name
 * @param platform attributes added by the platform's adapter
 */
export function readResource(
  env: Env,
  config: Pick<Config, 'serviceName' | 'resourceAttributes' | 'addresses'>,
  functionName: string,
  platform: Attributes = {},
): Attributes {
  const host = guarded('reading about the host', readHostFacts);
  const declared = guarded('reading declared facts', () => readDeclaredFacts(env));
  const user = guarded('reading the user', readProcessUser);
  const { serviceName, resourceAttributes, addresses } = config;
  return {
    [semconv.ATTR_SERVICE_NAME]: functionName,
    [semconv.ATTR_FAAS_NAME]: functionName,
    [semconv.ATTR_HOST_NAME]: host?.hostname,
    [semconv.ATTR_HOST_ARCH]: host?.arch,
    [semconv.ATTR_HOST_IP]: addresses ? host?.ips : undefined,
    [semconv.ATTR_HOST_MAC]: addresses ? host?.macs : undefined,
    [semconv.ATTR_HOST_CPU_VENDOR_ID]: host?.cpu.vendorId,
    [semconv.ATTR_HOST_CPU_FAMILY]: host?.cpu.family,
    [semconv.ATTR_HOST_CPU_MODEL_ID]: host?.cpu.modelId,
    [semconv.ATTR_HOST_CPU_MODEL_NAME]: host && cpuModelName(host.cpu),
    [semconv.ATTR_HOST_CPU_STEPPING]: host?.cpu.stepping,
    [semconv.ATTR_OS_TYPE]: host?.osType,
    [semconv.ATTR_OS_VERSION]: host?.osVersion,
    [semconv.ATTR_PROCESS_PID]: process.pid,
    [semconv.ATTR_PROCESS_USER_ID]: user?.id,
    [semconv.ATTR_PROCESS_USER_NAME]: user?.name,
    [semconv.ATTR_PROCESS_REAL_USER_ID]: user?.realId,
    [semconv.ATTR_PROCESS_RUNTIME_NAME]: 'nodejs',
    [semconv.ATTR_PROCESS_RUNTIME_VERSION]: guarded(
      'reading the version of Node',
      () => process.versions.node,
    ),
    [semconv.ATTR_CONTAINER_ID]: guarded('reading the container', () => readContainerId('/proc/self', env)),
    ...guarded('reading about the machine', () => machineFacts('', addresses)),
    [semconv.ATTR_K8S_NODE_NAME]: declared?.nodeName,
    [semconv.ATTR_K8S_POD_NAME]: declared?.podName,
    [semconv.ATTR_K8S_POD_UID]: declared?.podUid,
    [semconv.ATTR_K8S_NAMESPACE_NAME]: declared?.namespace,
    [semconv.ATTR_TELEMETRY_DISTRO_NAME]: 'sandscope',
    [semconv.ATTR_TELEMETRY_DISTRO_VERSION]: VERSION,
    [semconv.ATTR_TELEMETRY_SDK_LANGUAGE]: 'nodejs',
    ...platform,
    ...resourceAttributes,
    ...(serviceName && { [semconv.ATTR_SERVICE_NAME]: serviceName }),
  };
}
