/** What the operator, or Kubernetes through the downward API, declares about where this runs. May be absent. */
export interface DeclaredFacts {
  readonly hostId?: string;
  readonly hostIp?: string;
  readonly nodeName?: string;
  readonly podName?: string;
  readonly podUid?: string;
  readonly namespace?: string;
}

const MAX_LENGTH = 256;

/**
 * Reads `SANDSCOPE_HOST_ID` (default: the node's name), `SANDSCOPE_HOST_IP`, `K8S_NODE_NAME`, `K8S_POD_NAME`,
 * `K8S_POD_UID` and `K8S_NAMESPACE_NAME`. In a pod these are set from `spec.nodeName`, `status.hostIP`,
 * `metadata.name`, `metadata.uid` and `metadata.namespace`. Blank values and values over 256 characters count as not
 * declared.
 */
export function readDeclaredFacts(
  env: Readonly<Record<string, string | undefined>> = process.env,
): DeclaredFacts {
  const said = (name: string): string | undefined => {
    const value = env[name]?.trim();
    return value === undefined || value === '' || value.length > MAX_LENGTH ? undefined : value;
  };
  const nodeName = said('K8S_NODE_NAME');
  const facts: Record<keyof DeclaredFacts, string | undefined> = {
    hostId: said('SANDSCOPE_HOST_ID') ?? nodeName,
    hostIp: said('SANDSCOPE_HOST_IP'),
    nodeName,
    podName: said('K8S_POD_NAME'),
    podUid: said('K8S_POD_UID'),
    namespace: said('K8S_NAMESPACE_NAME'),
  };
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined));
}
