import type { ClientRequest } from 'node:http';
import type { Writable } from 'node:stream';
import type { Handler } from './load-handler.ts';

/** Marks on a handler, by the names that Lambda's own runtime reads. */
const MODE = Symbol.for('aws.lambda.runtime.handler.streaming');
const HIGH_WATER_MARK = Symbol.for('aws.lambda.runtime.handler.streaming.highWaterMark');

/** The stream that a streaming handler writes its response to. */
export type ResponseStream = Writable & { setContentType(type: string): void };

/** Eight zero bytes separate the prelude from the body. */
const PRELUDE_TYPE = 'application/vnd.awslambda.http-integration-response';
const PRELUDE_END = Buffer.alloc(8);

/** Whether the handler was passed to `awslambda.streamifyResponse`. */
export function isStreaming(handler: Handler): boolean {
  return Reflect.get(handler, MODE) === 'response';
}

/** The request that carries the response, as the handler sees it. Nothing is sent before the first write. */
export function toResponseStream(request: ClientRequest): ResponseStream {
  return Object.assign(request, {
    setContentType(type: string) {
      request.setHeader('content-type', type);
    },
  });
}

/** The global `awslambda`, as far as handlers use it. */
export function defineGlobals(): void {
  const awslambda = {
    streamifyResponse(handler: Handler, options?: { highWaterMark?: number }): Handler {
      Object.assign(handler, { [MODE]: 'response' });
      if (options?.highWaterMark !== undefined)
        Object.assign(handler, { [HIGH_WATER_MARK]: options.highWaterMark });
      return handler;
    },
    HttpResponseStream: {
      /** Status, headers and cookies precede the body. */
      from(stream: ResponseStream, prelude: unknown): ResponseStream {
        stream.setContentType(PRELUDE_TYPE);
        stream.write(JSON.stringify(prelude));
        stream.write(PRELUDE_END);
        return stream;
      },
    },
  };
  Object.assign(globalThis, { awslambda });
}
