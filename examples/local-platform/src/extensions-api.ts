import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { readBody, sendJson } from './http.ts';

const MAX_EXTENSIONS = 10;
const MAX_BODY_BYTES = 64 * 1024;

interface Extension {
  readonly id: string;
  readonly name: string;
  readonly wantsInvoke: boolean;
  /** The open `/event/next`; undefined while the extension is at work. */
  next: ServerResponse | undefined;
}

/** The facts about an invocation that an extension receives. */
export interface InvokeEvent {
  readonly eventType: 'INVOKE';
  readonly deadlineMs: number;
  readonly requestId: string;
  readonly invokedFunctionArn: string;
  readonly tracing: { readonly type: 'X-Amzn-Trace-Id'; readonly value: string };
}

export interface ExtensionsApiOptions {
  /** The answer to a registration. */
  readonly description: {
    readonly functionName: string;
    readonly functionVersion: string;
    readonly handler: string;
  };
  /** False refuses registrations for any event, as managed instances do. */
  readonly acceptsEvents: boolean;
  /** Called when an extension begins to wait, or reports a fatal error. */
  readonly onWaiting: () => void;
  readonly onFatal: (errorType: string) => void;
}

const refuse = (response: ServerResponse, status: number, errorType: string, errorMessage: string): void =>
  sendJson(response, status, { errorType, errorMessage });

/**
 * The Extensions API of one sandbox (version 2020-01-01), for extensions inside the function's own process: they may
 * register only for INVOKE, and must do so before the runtime asks for its first event.
 */
export class ExtensionsApi {
  readonly #options: ExtensionsApiOptions;
  readonly #extensions = new Map<string, Extension>();
  #closed = false;

  constructor(options: ExtensionsApiOptions) {
    this.#options = options;
  }

  get hasExtensions(): boolean {
    return this.#extensions.size > 0;
  }

  /** Every extension has asked for its next event: the last condition for the end of init. */
  get allWaiting(): boolean {
    return [...this.#extensions.values()].every(({ next }) => next !== undefined);
  }

  /** Every extension that received the invocation has asked for its next event. */
  get allDone(): boolean {
    return [...this.#extensions.values()].every(
      ({ wantsInvoke, next }) => !wantsInvoke || next !== undefined,
    );
  }

  closeRegistration(): void {
    this.#closed = true;
  }

  deliver(event: InvokeEvent): void {
    for (const extension of this.#extensions.values()) {
      if (!extension.wantsInvoke || !extension.next) continue;
      sendJson(extension.next, 200, event, { 'lambda-extension-event-identifier': randomUUID() });
      extension.next = undefined;
    }
  }

  /** @param path after `/2020-01-01/extension` */
  async handle(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
    const route = `${request.method} ${path}`;
    if (route === 'POST /register') return this.#register(request, response);
    const extension = this.#extensions.get(String(request.headers['lambda-extension-identifier']));
    if (!extension)
      return refuse(
        response,
        403,
        'Extension.UnknownExtensionIdentifier',
        'this extension is not registered',
      );
    if (route === 'GET /event/next') {
      if (extension.next)
        return refuse(response, 403, 'Extension.InvalidStateTransition', '/event/next is already waiting');
      extension.next = response;
      response.once('close', () => {
        if (extension.next === response) extension.next = undefined;
      });
      return this.#options.onWaiting();
    }
    if (route === 'POST /init/error' || route === 'POST /exit/error') {
      sendJson(response, 202, { status: 'OK' });
      const type = request.headers['lambda-extension-function-error-type'];
      return this.#options.onFatal(String(type ?? 'Extension.UnknownReason'));
    }
    refuse(response, 404, 'NotFound', `${route} is not part of the Extensions API`);
  }

  async #register(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let events: unknown;
    try {
      ({ events = [] } = JSON.parse((await readBody(request, MAX_BODY_BYTES)).toString() || '{}') as {
        events?: unknown;
      });
    } catch {
      return refuse(response, 400, 'InvalidRequestFormat', 'the body is not JSON');
    }
    const name = request.headers['lambda-extension-name'];
    if (typeof name !== 'string' || name === '')
      return refuse(response, 403, 'Extension.InvalidExtensionName', 'Lambda-Extension-Name is missing');
    if (!Array.isArray(events)) return refuse(response, 400, 'InvalidRequestFormat', 'events is not a list');
    if (events.includes('SHUTDOWN'))
      return refuse(
        response,
        403,
        'ShutdownEventNotSupportedForInternalExtension',
        'an extension inside the function cannot register for SHUTDOWN',
      );
    if (!this.#options.acceptsEvents && events.length > 0)
      return refuse(
        response,
        403,
        'Extension.InvalidEventType',
        'no events are allowed for an extension inside the function',
      );
    if (events.some((event) => event !== 'INVOKE'))
      return refuse(
        response,
        403,
        'Extension.InvalidEventType',
        `unknown event in ${JSON.stringify(events)}`,
      );
    if (this.#closed)
      return refuse(
        response,
        403,
        'Extension.RegistrationClosed',
        'the runtime has asked for its first event',
      );
    if ([...this.#extensions.values()].some((other) => other.name === name))
      return refuse(response, 403, 'Extension.AlreadyRegistered', `${name} is registered`);
    if (this.#extensions.size >= MAX_EXTENSIONS)
      return refuse(response, 403, 'Extension.TooManyExtensions', `at most ${MAX_EXTENSIONS} can register`);
    const id = randomUUID();
    this.#extensions.set(id, { id, name, wantsInvoke: events.includes('INVOKE'), next: undefined });
    sendJson(response, 200, this.#options.description, { 'lambda-extension-identifier': id });
  }
}
