import { join } from 'node:path';
import { CollectorError } from '../../errors/errors.ts';
import type { DirectoryLock } from '../../inbox/index.ts';
import { Inbox, INBOX_FILE, lockDirectory } from '../../inbox/index.ts';
import { TraceEncoder } from '../../otlp/index.ts';
import { createRedact } from '../../redact/index.ts';
import { importError } from '../import-error.ts';
import type { ImportRequest } from '../request-batch.ts';
import type { Sent, Sink } from './sink.ts';

export interface InboxSinkOptions {
  readonly dataDir: string;
  /** Patterns of attribute keys whose values are not kept. */
  readonly redact: readonly string[];
}

/**
 * Writes an import into the inbox of a data directory that no collector is currently using; the next collector that
 * uses the directory processes it like any other request.
 */
export class InboxSink implements Sink {
  readonly where: string;
  readonly #lock: DirectoryLock;
  readonly #inbox: Inbox;
  readonly #redact: ReturnType<typeof createRedact>;
  readonly #encoder = new TraceEncoder();

  /** @throws {CollectorError} `ERR_DATA_DIR` if the directory is unusable */
  constructor({ dataDir, redact }: InboxSinkOptions) {
    this.where = dataDir;
    this.#lock = lockDirectory(dataDir);
    try {
      this.#inbox = new Inbox({ path: join(dataDir, INBOX_FILE), keepsOthers: true });
      this.#redact = createRedact(redact);
    } catch (error) {
      this.#lock.release();
      throw error;
    }
  }

  async send({ body: received, contentType, spans }: ImportRequest): Promise<Sent> {
    const encoding = contentType === 'application/json' ? 'json' : 'protobuf';
    try {
      const body = this.#redact(new Uint8Array(received), encoding);
      const { summary } = this.#encoder.encodeRequest(body, encoding);
      const { rejected, message } = await this.#inbox.append({ body, encoding, contentType, summary });
      return { rejected, message };
    } catch (error) {
      if (!(error instanceof CollectorError)) throw error;
      if (error.code === 'ERR_OTLP_DECODE') return { rejected: spans, message: error.message };
      const advice =
        error.code === 'ERR_INBOX_FULL'
          ? '; start a collector on it (sandscope up) and run the same import again: nothing is stored twice'
          : '';
      throw importError('ERR_IMPORT_SEND', `${this.where}: ${error.message}${advice}`, error);
    }
  }

  async close(): Promise<void> {
    this.#inbox.close();
    this.#lock.release();
  }
}
