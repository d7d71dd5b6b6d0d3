import { readContainerId, readDeclaredFacts, readHostFacts } from '@sandscope/probes/inside';
import * as semconv from '@sandscope/probes/semconv';
import type { Config, Env } from './config.ts';
import { cpuModelName, machineFacts } from './late-readings.ts';
import type { Attributes } from './span.ts';
import { VERSION } from './version.ts';

/**
 * The resource of every span of this process: service, function, cloud, host, process. About 1 ms, so it is called
 * after the first response where the platform allows.
 *
 * @param functionName as in the span's name
 * @param accountId from the invoked ARN; absent elsewhere
 * @param platform what the platform's adapter adds
 */
export function readResource(
  env: Env,
  config: Pick<Config, 'serviceName' | 'resourceAttributes'>,
  functionName: string,
  accountId: string | undefined,
  platform: Attributes = {},
): Attributes {
  const host = readHostFacts();
  const declared = readDeclaredFacts(env);
  const { serviceName, resourceAttributes } = config;
  return {
    [semconv.ATTR_SERVICE_NAME]: functionName,
    [semconv.ATTR_FAAS_NAME]: functionName,
    ...lambdaAttributes(env, accountId),
    [semconv.ATTR_HOST_NAME]: host.hostname,
    [semconv.ATTR_HOST_ARCH]: host.arch,
    [semconv.ATTR_HOST_IP]: host.ips,
    [semconv.ATTR_HOST_MAC]: host.macs,
    [semconv.ATTR_HOST_CPU_VENDOR_ID]: host.cpu.vendorId,
    [semconv.ATTR_HOST_CPU_FAMILY]: host.cpu.family,
    [semconv.ATTR_HOST_CPU_MODEL_ID]: host.cpu.modelId,
    [semconv.ATTR_HOST_CPU_MODEL_NAME]: cpuModelName(host.cpu),
    [semconv.ATTR_HOST_CPU_STEPPING]: host.cpu.stepping,
    [semconv.ATTR_OS_TYPE]: host.osType,
    [semconv.ATTR_OS_VERSION]: host.osVersion,
    [semconv.ATTR_PROCESS_PID]: process.pid,
    [semconv.ATTR_PROCESS_RUNTIME_NAME]: 'nodejs',
    [semconv.ATTR_PROCESS_RUNTIME_VERSION]: process.versions.node,
    [semconv.ATTR_CONTAINER_ID]: readContainerId(),
    ...machineFacts(),
    [semconv.ATTR_K8S_NODE_NAME]: declared.nodeName,
    [semconv.ATTR_K8S_POD_NAME]: declared.podName,
    [semconv.ATTR_K8S_POD_UID]: declared.podUid,
    [semconv.ATTR_K8S_NAMESPACE_NAME]: declared.namespace,
    [semconv.ATTR_TELEMETRY_DISTRO_NAME]: 'sandscope',
    [semconv.ATTR_TELEMETRY_DISTRO_VERSION]: VERSION,
    [semconv.ATTR_TELEMETRY_SDK_LANGUAGE]: 'nodejs',
    ...platform,
    ...resourceAttributes,
    ...(serviceName && { [semconv.ATTR_SERVICE_NAME]: serviceName }),
  };
}

function lambdaAttributes(env: Env, accountId: string | undefined): Attributes {
  const megabytes = Number(env['AWS_LAMBDA_FUNCTION_MEMORY_SIZE'] ?? Number.NaN);
  if (!env['AWS_LAMBDA_FUNCTION_NAME']) return {};
  return {
    [semconv.ATTR_CLOUD_PROVIDER]: 'aws',
    [semconv.ATTR_CLOUD_PLATFORM]: 'aws_lambda',
    [semconv.ATTR_CLOUD_REGION]: env['AWS_REGION'] || undefined,
    [semconv.ATTR_CLOUD_ACCOUNT_ID]: accountId,
    [semconv.ATTR_FAAS_VERSION]: env['AWS_LAMBDA_FUNCTION_VERSION'] || undefined,
    [semconv.ATTR_FAAS_INSTANCE]: env['AWS_LAMBDA_LOG_STREAM_NAME'] || undefined,
    [semconv.ATTR_FAAS_MAX_MEMORY]:
      Number.isInteger(megabytes) && megabytes > 0 ? megabytes * 1_048_576 : undefined,
  };
}
