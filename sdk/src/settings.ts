/**
 * The SDK's environment variables, for `docs/configuration.md`. Nothing at run time reads this list, so it is in no
 * bundle; a test compares it with the names and defaults in the sources.
 */
export interface SdkSetting {
  /** If there are several names, the first one that is set counts. */
  readonly names: readonly string[];
  readonly fallback: string;
  /** Accepted values; anything else is reported once and the default is used. */
  readonly values: string;
  readonly help: string;
}

export const SDK_SETTINGS: readonly SdkSetting[] = [
  {
    names: ['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'],
    fallback: 'not set',
    values: 'http or https URL',
    help: 'Where spans are sent, used exactly as given.',
  },
  {
    names: ['OTEL_EXPORTER_OTLP_ENDPOINT'],
    fallback: 'http://127.0.0.1:4318',
    values: 'http or https URL',
    help: 'The collector. `/v1/traces` is appended.',
  },
  {
    names: ['OTEL_EXPORTER_OTLP_TRACES_HEADERS', 'OTEL_EXPORTER_OTLP_HEADERS'],
    fallback: 'none',
    values: '`name=value,…`, percent-encoded',
    help: 'Headers to send along, such as `authorization=Bearer%20TOKEN`.',
  },
  {
    names: [
      'SANDSCOPE_EXPORT_TIMEOUT_MILLIS',
      'OTEL_EXPORTER_OTLP_TRACES_TIMEOUT',
      'OTEL_EXPORTER_OTLP_TIMEOUT',
    ],
    fallback: '2000',
    values: '1 to 60000, in ms',
    help: 'How long an export after the response may keep the sandbox busy.',
  },
  {
    names: ['SANDSCOPE_SYNC_TIMEOUT_MILLIS'],
    fallback: '200',
    values: '1 to 60000, in ms',
    help: 'How long an export before the response may delay it.',
  },
  {
    names: ['OTEL_EXPORTER_OTLP_TRACES_COMPRESSION', 'OTEL_EXPORTER_OTLP_COMPRESSION'],
    fallback: 'none',
    values: '`none`, `gzip`',
    help: 'Compression of requests. Pays off only for a collector that is far away.',
  },
  {
    names: ['OTEL_SERVICE_NAME'],
    fallback: 'the function’s name',
    values: 'text',
    help: '`service.name` of all spans.',
  },
  {
    names: ['OTEL_RESOURCE_ATTRIBUTES'],
    fallback: 'none',
    values: '`key=value,…`, percent-encoded',
    help: 'More attributes of the resource.',
  },
  {
    names: ['OTEL_SDK_DISABLED'],
    fallback: 'false',
    values: '`true`, `false`',
    help: '`true` records nothing: `wrap` returns the handler itself.',
  },
  {
    names: ['SANDSCOPE_EXPORT'],
    fallback: 'by platform',
    values: '`extension`, `waitUntil`, `sync`, `batch`, `stdout`, `none`',
    help: 'When spans are sent; see [how spans leave a sandbox](sdk.md#how-spans-leave-a-sandbox).',
  },
  {
    names: ['SANDSCOPE_FLUSH'],
    fallback: '`adaptive` with `extension`, else `each`',
    values: '`adaptive`, `each`',
    help: '`each` exports after every invocation. `adaptive` sends the spans of closely spaced invocations together.',
  },
  {
    names: ['SANDSCOPE_SAMPLE_RATIO'],
    fallback: '1',
    values: '0 to 1',
    help: 'Share of the invocations that is recorded, decided by the trace id. Ordinals still count every invocation.',
  },
  {
    names: ['SANDSCOPE_BUFFER_SPANS'],
    fallback: '512',
    values: '1 to 100000',
    help: 'Spans kept while the collector cannot be reached. The oldest are dropped first.',
  },
  {
    names: ['SANDSCOPE_BUFFER_BYTES'],
    fallback: '1048576',
    values: '1024 to 67108864',
    help: 'The same limit in bytes.',
  },
  {
    names: ['SANDSCOPE_TIMEOUT_MARGIN_MILLIS'],
    fallback: '150',
    values: '0 to 60000, in ms',
    help:
      'An invocation still running this long before its deadline is recorded as timed out. At most a quarter of its ' +
      'time limit; 0 switches this off.',
  },
  {
    names: ['SANDSCOPE_PROACTIVE_GAP_MILLIS'],
    fallback: '10000',
    values: 'more than 0, in ms',
    help: 'A sandbox that waited longer than this for its first event was started before anyone needed it.',
  },
  {
    names: ['SANDSCOPE_HOST_ID'],
    fallback: '`K8S_NODE_NAME`',
    values: 'text',
    help: 'The host this runs on, where you know it. Makes host confidence `declared`.',
  },
  {
    names: ['SANDSCOPE_HOST_IP'],
    fallback: 'not set',
    values: 'address',
    help: 'The host’s address. On Kubernetes, `status.hostIP`.',
  },
  {
    names: ['K8S_NODE_NAME'],
    fallback: 'not set',
    values: 'text',
    help: 'On Kubernetes, `spec.nodeName`.',
  },
  {
    names: ['K8S_POD_NAME'],
    fallback: 'not set',
    values: 'text',
    help: 'On Kubernetes, `metadata.name`.',
  },
  {
    names: ['K8S_POD_UID'],
    fallback: 'not set',
    values: 'text',
    help: 'On Kubernetes, `metadata.uid`.',
  },
  {
    names: ['K8S_NAMESPACE_NAME'],
    fallback: 'not set',
    values: 'text',
    help: 'On Kubernetes, `metadata.namespace`.',
  },
  {
    names: ['SANDSCOPE_PROBES'],
    fallback: 'none',
    values: '`disk`, `network`, `cpu`, separated by commas',
    help: 'Active measurements after responses, recorded as child spans.',
  },
  {
    names: ['SANDSCOPE_PROBE_RATIO'],
    fallback: '0.1',
    values: '0 to 1',
    help: 'Share of the recorded invocations that are followed by them.',
  },
  {
    names: ['SANDSCOPE_PROBE_ENDPOINT'],
    fallback: 'not set',
    values: '`http:`, `https:` or `tcp:` URL',
    help: 'What the network probe connects to.',
  },
  {
    names: ['SANDSCOPE_INVENTORY'],
    fallback: '0',
    values: '`0`, `1`',
    help: '1 reads the slow hardware inventory once for each sandbox. Needs the package `systeminformation`.',
  },
  {
    names: ['SANDSCOPE_FS_TIMING'],
    fallback: '0',
    values: '`0`, `1`',
    help: '1 times asynchronous file operations.',
  },
  {
    names: ['SANDSCOPE_IO_SPANS'],
    fallback: '16',
    values: '0 to 128',
    help: 'How many requests, connections and lookups of an invocation get a span of their own: the slowest.',
  },
  {
    names: ['SANDSCOPE_MODULES'],
    fallback: '0',
    values: '`0`, `1`',
    help: '1 times what the function loads, by package; see [where load time goes](sdk.md#where-load-time-goes).',
  },
  {
    names: ['SANDSCOPE_ADDRESSES'],
    fallback: '1',
    values: '`0`, `1`',
    help: '0 leaves out network addresses: of the machine, and of what the function is connected to.',
  },
  {
    names: ['SANDSCOPE_HANDLER'],
    fallback: 'set by the layer',
    values: '`file.export`',
    help: 'The handler to wrap where the code stays unchanged; see [the layer](platforms/lambda-layer.md).',
  },
  {
    names: ['SANDSCOPE_REDIRECT'],
    fallback: 'set by the layer',
    values: 'internal',
    help: 'The layer’s own handler. Do not set it.',
  },
  {
    names: [
      'OTEL_BSP_SCHEDULE_DELAY',
      'OTEL_BSP_EXPORT_TIMEOUT',
      'OTEL_BSP_MAX_QUEUE_SIZE',
      'OTEL_BSP_MAX_EXPORT_BATCH_SIZE',
    ],
    fallback: 'OpenTelemetry’s',
    values: 'numbers above 0',
    help: 'Batching with `@sandscope/sdk/otel` only. Each is read by itself.',
  },
];
