import type { ResourceDetector } from '@opentelemetry/resources';
import { openCarrier } from '../index.ts';

/**
 * A resource detector: function, sandbox, host, container and process as Sandscope sees them. The service name is left
 * to OpenTelemetry. Detects nothing if recording is switched off.
 */
export const sandscopeDetector: ResourceDetector = {
  detect: () => ({ attributes: openCarrier()?.resource() ?? {} }),
};
