import { createSocket, type Socket } from 'node:dgram';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { countSpans } from './span-count.ts';

/** Data that arrived at the sinks. */
export interface Delivered {
  /** Spans in OTLP requests. */
  readonly spans: number;
  readonly otlpBytes: number;
  /** Datagrams at the X-Ray daemon's address. */
  readonly datagrams: number;
}

const close = (server: Server | Socket): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    if ('closeAllConnections' in server) server.closeAllConnections();
  });

/**
 * Destinations of the instrumentations, on loopback: an OTLP/HTTP receiver that answers 200 as soon as it has the body,
 * and the UDP port of an X-Ray daemon. Data are counted after the answer.
 */
export class Sinks implements AsyncDisposable {
  readonly #otlp: Server;
  readonly #xray = createSocket('udp4');
  #spans = 0;
  #otlpBytes = 0;
  #datagrams = 0;

  private constructor() {
    this.#otlp = createServer({ keepAliveTimeout: 0 }, (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { 'content-type': contentType = '', 'content-encoding': encoding } = request.headers;
        const isJson = contentType.startsWith('application/json');
        response.writeHead(200, { 'content-type': contentType }).end(isJson ? '{}' : '');
        const body = Buffer.concat(chunks);
        this.#otlpBytes += body.length;
        if (request.url?.endsWith('/v1/traces'))
          this.#spans += countSpans(encoding === 'gzip' ? gunzipSync(body) : body, contentType);
      });
    });
    this.#xray.on('message', () => {
      this.#datagrams += 1;
    });
  }

  static async open(): Promise<Sinks> {
    const sinks = new Sinks();
    await new Promise<void>((resolve) => sinks.#otlp.listen(0, '127.0.0.1', resolve));
    await new Promise<void>((resolve) => sinks.#xray.bind(0, '127.0.0.1', resolve));
    return sinks;
  }

  /** The environment in which each instrumentation finds its sink. */
  get environment(): Record<string, string> {
    const { port } = this.#otlp.address() as AddressInfo;
    return {
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
      AWS_XRAY_DAEMON_ADDRESS: `127.0.0.1:${this.#xray.address().port}`,
    };
  }

  /** Everything that has arrived so far. */
  get delivered(): Delivered {
    return { spans: this.#spans, otlpBytes: this.#otlpBytes, datagrams: this.#datagrams };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([close(this.#otlp), close(this.#xray)]);
  }
}
