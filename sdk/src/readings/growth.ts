import { attempt, Descriptors, TempFiles, threadCountSource } from '@sandscope/probes/inside';
import * as semconv from '@sandscope/probes/semconv';
import { SocketWatch } from './socket-watch.ts';
import type { Attributes } from '../otlp/span.ts';

// Part of the half millisecond for all readings.
const TEMP_FILES_MS = 0.3;

/** Levels that may grow over a sandbox's lifetime and so show leaks: descriptors, connections, threads, heap, files. */
export class Growth {
  readonly #descriptors = new Descriptors();
  readonly #threads = threadCountSource();
  readonly #sockets = new SocketWatch();
  readonly #files = new TempFiles();
  readonly #addresses: boolean;

  /** @param addresses whether to report the remote ends of connections, not only their number */
  constructor(addresses: boolean) {
    this.#addresses = addresses;
  }

  /**
   * Levels now, in about 0.1 ms, at most half a millisecond; unreadable ones are absent. Never throws.
   *
   * @param nowMs monotonic clock, ms
   */
  attributes(nowMs: number): Attributes {
    const sockets = this.#sockets.read();
    const files = this.#files.step(TEMP_FILES_MS);
    const memory = attempt(() => process.memoryUsage());
    return {
      [semconv.ATTR_PROCESS_DESCRIPTOR_COUNT]: this.#descriptors.count(nowMs),
      [semconv.ATTR_PROCESS_THREAD_COUNT]: this.#threads.read(),
      [semconv.ATTR_PROCESS_CONNECTION_COUNT]: sockets?.count,
      [semconv.ATTR_PROCESS_PEERS]: this.#addresses ? sockets?.peers : undefined,
      [semconv.ATTR_MEMORY_HEAP_USED_BYTES]: memory?.heapUsed,
      [semconv.ATTR_MEMORY_EXTERNAL_BYTES]: memory?.external,
      [semconv.ATTR_TMP_FILE_COUNT]: files?.files,
      [semconv.ATTR_TMP_FILE_BYTES]: files?.fileBytes,
    };
  }
}
