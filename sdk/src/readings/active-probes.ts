import { readInventory } from '@sandscope/probes/inside';
import type { CpuProbe, DiskProbe, NetworkProbe } from '@sandscope/probes/active';
import * as semconv from '@sandscope/probes/semconv';
import { monotonicMs } from '../clock/clock.ts';
import { momentAt, now } from '../clock/moment.ts';
import type { Config, ProbeName } from '../config/config.ts';
import { randomHex } from '../trace/random-id.ts';
import { reportFailure, reportOnce } from '../fence/report.ts';
import type { Attributes, Span } from '../otlp/span.ts';
import { KIND_INTERNAL, spanFlags } from '../otlp/span.ts';

/** The invocation a probe runs after. */
export interface ProbedInvocation {
  readonly traceId: string;
  readonly spanId: string;
  /** Ids of the sandbox and of its process. */
  readonly identity: Attributes;
}

/** The settings of `Config` that active probes use. */
export type ProbeSettings = Pick<Config, 'probes' | 'probeRatio' | 'probeEndpoint' | 'inventory'>;

// No single probe takes longer; a probe that a freeze interrupted is discarded.
const PROBE_MS = 500;
const INVENTORY_MS = 5000;

/**
 * Runs active probes and the slow inventory after a response, each as a child span of the invocation. Never runs twice
 * at the same time, never throws.
 */
export class ActiveProbes {
  readonly #settings: ProbeSettings;
  #inventoryDue: boolean;
  #running = false;
  #lastSpanId: string | undefined;

  constructor(settings: ProbeSettings) {
    this.#settings = settings;
    this.#inventoryDue = settings.inventory;
  }

  /** Whether anything runs after the invocation with this span id; the id's random digits decide. */
  due(spanId: string): boolean {
    if (this.#running || spanId === this.#lastSpanId) return false;
    return this.#inventoryDue || this.#probesDue(spanId);
  }

  /**
   * Runs the probes that are due after `invocation`.
   *
   * @param timeoutMillis time limit for all of them together
   * @returns the finished spans, the inventory last
   */
  async run(invocation: ProbedInvocation, timeoutMillis: number): Promise<Span[]> {
    if (!this.due(invocation.spanId)) return [];
    this.#running = true;
    this.#lastSpanId = invocation.spanId;
    const endMs = monotonicMs() + timeoutMillis;
    const spans: Span[] = [];
    try {
      for (const name of this.#probesDue(invocation.spanId) ? this.#settings.probes : []) {
        const leftMs = Math.min(PROBE_MS, endMs - monotonicMs());
        if (leftMs < 10) break;
        const span = await this.#timed(invocation, `probe.${name}`, leftMs, () => this.#probe(name, leftMs));
        if (span !== undefined) spans.push(span);
      }
      const leftMs = Math.min(INVENTORY_MS, endMs - monotonicMs());
      if (this.#inventoryDue && leftMs >= 10) {
        this.#inventoryDue = false;
        const span = await this.#timed(invocation, semconv.SPAN_INVENTORY, INVENTORY_MS, inventoryAttributes);
        if (span !== undefined) spans.push(span);
      }
    } finally {
      this.#running = false;
    }
    return spans;
  }

  #probesDue(spanId: string): boolean {
    const { probes, probeRatio } = this.#settings;
    return probes.length > 0 && Number.parseInt(spanId.slice(3), 16) < probeRatio * 2 ** 52;
  }

  async #timed(
    { traceId, spanId, identity }: ProbedInvocation,
    name: string,
    boundMs: number,
    measure: () => Promise<Attributes | undefined>,
  ): Promise<Span | undefined> {
    try {
      const start = now();
      const attributes = await measure();
      const end = momentAt(start, process.hrtime.bigint());
      if (attributes === undefined) return undefined;
      // The sandbox was frozen meanwhile: the result does not describe the machine.
      if (Number(end.monotonicNanos - start.monotonicNanos) / 1e6 > 2 * boundMs) return undefined;
      return {
        traceId,
        spanId: randomHex(8),
        parentSpanId: spanId,
        flags: spanFlags(1, false),
        name,
        kind: KIND_INTERNAL,
        start,
        end,
        attributes: { ...identity, ...attributes },
      };
    } catch (error) {
      reportFailure(name, error);
      return undefined;
    }
  }

  async #probe(name: ProbeName, timeoutMillis: number): Promise<Attributes | undefined> {
    const { probeCpu, probeDisk, probeNetwork } = await import('@sandscope/probes/active');
    if (name === 'disk') return diskAttributes(await probeDisk({ timeoutMillis }));
    if (name === 'cpu') return cpuAttributes(await probeCpu({ timeoutMillis }));
    const { probeEndpoint: endpoint } = this.#settings;
    if (endpoint !== undefined) return networkAttributes(await probeNetwork({ endpoint, timeoutMillis }));
    reportOnce('probe.network', 'SANDSCOPE_PROBES names network, but SANDSCOPE_PROBE_ENDPOINT is not set');
    return undefined;
  }
}

function diskAttributes(figures: DiskProbe): Attributes {
  return {
    [semconv.ATTR_PROBE_COMPLETED]: figures.completed,
    [semconv.ATTR_PROBE_DISK_BYTES]: figures.bytes,
    [semconv.ATTR_PROBE_DISK_WRITE_MS]: figures.writeMs,
    [semconv.ATTR_PROBE_DISK_SYNC_MS]: figures.syncMs,
    [semconv.ATTR_PROBE_DISK_READ_MS]: figures.readMs,
    [semconv.ATTR_PROBE_DISK_SMALL_WRITE_MS]: figures.smallWriteMs,
    [semconv.ATTR_PROBE_DISK_SMALL_SYNC_WRITE_MS]: figures.smallSyncWriteMs,
  };
}

function cpuAttributes(figures: CpuProbe): Attributes {
  return {
    [semconv.ATTR_PROBE_COMPLETED]: figures.completed,
    [semconv.ATTR_PROBE_CPU_SCORE]: figures.score,
    [semconv.ATTR_PROBE_CPU_USED_MS]: figures.usedMs,
    [semconv.ATTR_PROBE_CPU_SHARE_RATIO]: figures.shareRatio,
  };
}

function networkAttributes(figures: NetworkProbe): Attributes {
  return {
    [semconv.ATTR_PROBE_COMPLETED]: figures.completed,
    [semconv.ATTR_SERVER_ADDRESS]: figures.address,
    [semconv.ATTR_SERVER_PORT]: figures.port,
    [semconv.ATTR_PROBE_NETWORK_DNS_MS]: figures.dnsMs,
    [semconv.ATTR_PROBE_NETWORK_CONNECT_MS]: figures.connectMs,
    [semconv.ATTR_PROBE_NETWORK_TLS_MS]: figures.tlsMs,
    [semconv.ATTR_PROBE_NETWORK_FIRST_BYTE_MS]: figures.firstByteMs,
    [semconv.ATTR_PROBE_NETWORK_TRANSFER_MS]: figures.transferMs,
    [semconv.ATTR_PROBE_NETWORK_TRANSFER_BYTES]: figures.transferBytes,
    [semconv.ATTR_HTTP_RESPONSE_STATUS_CODE]: figures.status,
    [semconv.ATTR_ERROR_TYPE]: figures.errorCode,
  };
}

/** Undefined if the package `systeminformation` is not installed. */
async function inventoryAttributes(): Promise<Attributes | undefined> {
  const inventory = await readInventory();
  if (inventory === undefined) {
    reportOnce('inventory', 'SANDSCOPE_INVENTORY is set, but the package systeminformation cannot be loaded');
    return undefined;
  }
  return {
    [semconv.ATTR_INVENTORY_MANUFACTURER]: inventory.manufacturer,
    [semconv.ATTR_INVENTORY_MODEL]: inventory.model,
    [semconv.ATTR_INVENTORY_VIRTUAL_HOST]: inventory.virtualHost,
    [semconv.ATTR_INVENTORY_CPU_BRAND]: inventory.cpuBrand,
    [semconv.ATTR_INVENTORY_CPU_CORES]: inventory.cpuPhysicalCores,
    [semconv.ATTR_INVENTORY_CPU_GIGAHERTZ]: inventory.cpuSpeedGigahertz,
    [semconv.ATTR_INVENTORY_L2_CACHE_BYTES]: inventory.l2CacheBytes,
    [semconv.ATTR_INVENTORY_L3_CACHE_BYTES]: inventory.l3CacheBytes,
  };
}
