import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import type { SecureContextOptions, Server } from 'node:tls';
import { CollectorError } from '../errors/errors.ts';
import { watchFiles } from './watch-files.ts';

/** PEM files. */
export interface TlsFiles {
  /** The certificate and its intermediates. */
  readonly certificate: string;
  readonly key: string;
  /** Authorities of client certificates. If given, a client without a certificate from them is refused. */
  readonly clientAuthority?: string;
}

/**
 * The options of a TLS server from these files, version 1.2 or newer.
 *
 * @throws {CollectorError} `ERR_OPTION` for an unreadable file, or a key that does not match the certificate.
 */
export function readTls(files: TlsFiles): SecureContextOptions {
  const options: SecureContextOptions = {
    cert: read('--tls-cert', files.certificate),
    key: read('--tls-key', files.key),
    minVersion: 'TLSv1.2',
    ...(files.clientAuthority !== undefined && { ca: read('--tls-client-ca', files.clientAuthority) }),
  };
  try {
    createSecureContext(options);
  } catch (error) {
    const message = `${files.certificate} and ${files.key} are not a certificate and its key: ${(error as Error).message}`;
    throw new CollectorError('ERR_OPTION', message, { cause: error });
  }
  return options;
}

/** Keeps a server's certificate in step with the files. */
export class TlsReload {
  readonly #server: Server;
  readonly #files: TlsFiles;
  readonly #warn: (message: string) => void;
  readonly #unwatch: () => void;

  constructor(server: Server, files: TlsFiles, warn: (message: string) => void) {
    this.#server = server;
    this.#files = files;
    this.#warn = warn;
    this.#unwatch = watchFiles(Object.values(files) as string[], () => this.reload());
    this.reload(); // the files may have changed since the server loaded them
  }

  /**
   * Reloads the files; new connections get the new certificate, open ones continue. Half of a new pair changes nothing:
   * the other half causes another reload.
   */
  reload(): void {
    try {
      this.#server.setSecureContext(readTls(this.#files));
    } catch (error) {
      this.#warn(`the certificate stays as it was: ${(error as Error).message}`);
    }
  }

  close(): void {
    this.#unwatch();
  }
}

function read(option: string, file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new CollectorError(
      'ERR_OPTION',
      `${option} names a file that cannot be read: ${(error as Error).message}`,
      {
        cause: error,
      },
    );
  }
}
