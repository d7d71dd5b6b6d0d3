/**
 * The machine's effects on the calls of an afternoon: a CPU quota with 20 ms periods, a slower CPU model for one
 * sandbox in seven, requests on new and reused sockets to one database. Drawn from a separate seed.
 */
import * as semconv from '../../probes/src/semconv.ts';
import { seededRandom } from '../../examples/demo/random.ts';

export type Value = string | number | boolean | readonly string[];
export type Attributes = Readonly<Record<string, Value>>;

export const MODELS = ['Intel(R) Xeon(R) Processor @ 2.50GHz', 'AMD EPYC'] as const;
const SLOWER = 1.3;
/** CPU time of a 512 MB function in each 20 ms. */
const QUOTA_MS = (20 * 512) / 1769;
const PERIOD_MS = 20;
const DATABASE = { address: '10.0.7.20', port: 5432, name: 'postgres.internal' };

export interface CallOfMachine {
  /** Number of the sandbox, from 1. */
  readonly ordinal: number;
  readonly isCold: boolean;
  readonly durationMs: number;
}

export interface Machine {
  /** The CPU model of a new sandbox. */
  model(): string;
  /** How much longer a call takes on it. */
  slowdown(model: string): number;
  /** Attributes of an invocation, of the request that it makes, and of the span of its client. */
  call(call: CallOfMachine): {
    readonly invocation: Attributes;
    readonly request: Attributes;
    readonly client: Attributes;
    readonly requestMs: number;
  };
}

/** @param seed of the draws */
export function machineOf(seed: number): Machine {
  const random = seededRandom(seed);
  const spread = (share: number): number => 1 + share * (2 * random() - 1);
  return {
    model: () => MODELS[random() < 1 / 7 ? 1 : 0],
    slowdown: (model) => (model === MODELS[1] ? SLOWER : 1),
    call: ({ ordinal, isCold, durationMs }) => {
      // The CPU time that ended in the period in which the call ended; the rest was waiting.
      const periods = Math.max(0, Math.floor((durationMs - 1.5) / PERIOD_MS));
      const cpuMs = (periods + 0.55) * QUOTA_MS * spread(0.02);
      const isNew = ordinal === 1 || random() < 0.04;
      const requestMs = (isNew ? 9 : 2.2) * spread(0.4);
      const hasDisk = random() < 0.5;
      return {
        requestMs,
        invocation: {
          [semconv.ATTR_CPU_USER_MS]: cpuMs * 0.9,
          [semconv.ATTR_CPU_SYSTEM_MS]: cpuMs * 0.1,
          [semconv.ATTR_CGROUP_THROTTLED_MS]: periods * (PERIOD_MS - QUOTA_MS) * spread(0.05),
          [semconv.ATTR_MACHINE_CPU_USER_MS]: durationMs * spread(0.2),
          [semconv.ATTR_MACHINE_CPU_SYSTEM_MS]: durationMs * 0.1,
          [semconv.ATTR_MACHINE_CPU_IDLE_MS]: durationMs * 0.8,
          [semconv.ATTR_MACHINE_CPU_STEAL_MS]: durationMs * 0.004 * random(),
          [semconv.ATTR_IO_DNS_COUNT]: isNew ? 1 : 0,
          [semconv.ATTR_IO_DNS_MS]: isNew ? 1.8 * spread(0.3) : 0,
          [semconv.ATTR_IO_CONNECT_COUNT]: isNew ? 1 : 0,
          [semconv.ATTR_IO_CONNECT_MS]: isNew ? 3.1 * spread(0.3) : 0,
          [semconv.ATTR_IO_HTTP_COUNT]: 1,
          [semconv.ATTR_IO_HTTP_MS]: requestMs,
          ...(hasDisk && { [semconv.ATTR_IO_FS_COUNT]: 3, [semconv.ATTR_IO_FS_MS]: 1.1 * spread(0.5) }),
          [semconv.ATTR_PROCESS_CONNECTION_COUNT]: 1,
          [semconv.ATTR_PROCESS_PEERS]: [`${DATABASE.address}:${DATABASE.port} ${ordinal > 3 ? 2 : 1}`],
          [semconv.ATTR_OVERHEAD_US]: isCold ? 6100 * spread(0.2) : 52 * spread(0.3),
          [semconv.ATTR_EXPORT_MS]: 18 * spread(0.4),
          [semconv.ATTR_TRIGGER_DELAY_MS]: Math.round((isCold ? 420 : 6) * spread(0.6)),
          [semconv.ATTR_TRIGGER_DELAY_SOURCE]: 'requestContext.timeEpoch',
          [semconv.ATTR_INVOCATION_MODE]: 'sync',
        },
        request: {
          [semconv.ATTR_IO_SOCKET_REUSED]: !isNew,
          [semconv.ATTR_IO_FIRST_BYTE_MS]: requestMs,
          [semconv.ATTR_NETWORK_PEER_ADDRESS]: DATABASE.address,
          [semconv.ATTR_NETWORK_PEER_PORT]: DATABASE.port,
          'server.address': DATABASE.name,
        },
        client: { 'http.request.body.size': Math.round(random() * 200_000) },
      };
    },
  };
}
