/** A real headless browser, driven over its debugging protocol. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-dev-shm-usage',
  '--window-size=1280,900',
  '--remote-debugging-port=0',
];
const START_MILLIS = 90_000;
const STOP_MILLIS = 5000;

/** The command, or undefined if no Chromium is installed. */
const COMMAND = ['chromium', 'chromium-browser', 'google-chrome'].find(
  (name) => spawnSync(name, ['--version'], { stdio: 'ignore' }).status === 0,
);

/** Whether there is a browser; prints a message if there is none. */
export function hasBrowser(): boolean {
  if (COMMAND === undefined) process.stderr.write('SKIPPED: tests in a browser: chromium is not installed\n');
  return COMMAND !== undefined;
}

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: Record<string, unknown>;
  readonly result?: Record<string, unknown>;
  readonly error?: { readonly message: string };
  readonly sessionId?: string;
}

export class Browser {
  readonly #child: ChildProcess;
  readonly #profile: string;
  readonly #socket: WebSocket;
  readonly #calls = new Map<number, { resolve(value: never): void; reject(error: Error): void }>();
  readonly #tabs = new Map<string, Tab>();
  #nextId = 1;

  private constructor(child: ChildProcess, profile: string, socket: WebSocket) {
    this.#child = child;
    this.#profile = profile;
    this.#socket = socket;
    socket.addEventListener('message', ({ data }) => this.#receive(JSON.parse(String(data)) as Message));
  }

  /** Starts a browser with an empty profile. */
  static async start(): Promise<Browser> {
    const profile = await mkdtemp(join(tmpdir(), 'sandscope-chromium-'));
    const child = spawn(COMMAND ?? 'chromium', [...FLAGS, `--user-data-dir=${profile}`, 'about:blank'], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const address = new Promise<string>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('chromium does not start')), START_MILLIS);
      createInterface(child.stderr).on('line', (line) => {
        const url = /^DevTools listening on (ws:\S+)/.exec(line)?.[1];
        if (url === undefined) return;
        clearTimeout(timer);
        resolve(url);
      });
      child.once('exit', (code) => reject(new Error(`chromium ended with ${code}`)));
    });
    const socket = new WebSocket(await address);
    await once(socket, 'open');
    return new Browser(child, profile, socket);
  }

  /** Opens a page in a new tab; collects its events from the start. */
  async open(url: string): Promise<Tab> {
    const { targetId } = await this.send<{ targetId: string }>('Target.createTarget', { url: 'about:blank' });
    const { sessionId } = await this.send<{ sessionId: string }>('Target.attachToTarget', {
      targetId,
      flatten: true,
    });
    const tab = new Tab(this, sessionId);
    this.#tabs.set(sessionId, tab);
    for (const domain of ['Page', 'Runtime', 'Log', 'Network']) await tab.send(`${domain}.enable`);
    await tab.goTo(url);
    return tab;
  }

  send<T>(method: string, params: object = {}, sessionId?: string): Promise<T> {
    const id = this.#nextId++;
    return new Promise<T>((resolve, reject) => {
      this.#calls.set(id, { resolve, reject });
      this.#socket.send(
        JSON.stringify({ id, method, params, ...(sessionId !== undefined && { sessionId }) }),
      );
    });
  }

  async stop(): Promise<void> {
    const ended = once(this.#child, 'exit');
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), STOP_MILLIS);
    this.#socket.send(JSON.stringify({ id: 0, method: 'Browser.close' }));
    await ended;
    clearTimeout(timer);
    // Its helper processes end a moment after it, and write until then.
    await rm(this.#profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }

  #receive({ id, method, params, result, error, sessionId }: Message): void {
    if (id === undefined) {
      this.#tabs.get(sessionId ?? '')?.notice(method ?? '', params ?? {});
      return;
    }
    const call = this.#calls.get(id);
    this.#calls.delete(id);
    if (error) call?.reject(new Error(error.message));
    else call?.resolve(result as never);
  }
}

export class Tab {
  /** The browser's complaints: refused scripts and styles, failed requests, uncaught exceptions. */
  readonly complaints: string[] = [];
  /** Texts of `alert()` and similar calls: none of our pages makes them. */
  readonly dialogs: string[] = [];
  /** Requested URLs. */
  readonly requested: string[] = [];
  /** Bytes received over the network, headers included, by URL without its query. */
  readonly received = new Map<string, number>();
  readonly #addresses = new Map<string, string>();
  readonly #browser: Browser;
  readonly #sessionId: string;
  #onLoad: () => void = () => undefined;

  constructor(browser: Browser, sessionId: string) {
    this.#browser = browser;
    this.#sessionId = sessionId;
  }

  send<T>(method: string, params: object = {}): Promise<T> {
    return this.#browser.send<T>(method, params, this.#sessionId);
  }

  /** Closes the tab. */
  async close(): Promise<void> {
    await this.send('Page.close');
  }

  /** Goes to a page and waits until it is loaded. */
  async goTo(url: string): Promise<void> {
    const loaded = new Promise<void>((resolve) => {
      this.#onLoad = resolve;
    });
    await this.send('Page.navigate', { url });
    await loaded;
  }

  /** The value of an expression in the page; promises are awaited. @throws what the page throws */
  async evaluate<T>(expression: string): Promise<T> {
    const { result, exceptionDetails } = await this.send<{
      result: { value: T };
      exceptionDetails?: { text: string; exception?: { description?: string } };
    }>('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true, userGesture: true });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  }

  /** Presses a key for each character, where the focus is. */
  async type(text: string): Promise<void> {
    await this.send('Input.insertText', { text });
  }

  /** Presses a key, by its name as in `KeyboardEvent.key`. */
  async press(key: string): Promise<void> {
    const text = key.length === 1 ? key : key === 'Enter' ? '\r' : undefined;
    const code = { Enter: 13, Tab: 9, Escape: 27, ArrowLeft: 37, ArrowUp: 38, ArrowRight: 39, ArrowDown: 40 }[
      key
    ];
    const event = {
      key,
      ...(text !== undefined && { text }),
      ...(code !== undefined && { windowsVirtualKeyCode: code }),
    };
    await this.send('Input.dispatchKeyEvent', {
      type: text === undefined ? 'rawKeyDown' : 'keyDown',
      ...event,
    });
    await this.send('Input.dispatchKeyEvent', { type: 'keyUp', ...event });
  }

  /** Moves the pointer; `pressed` means that a button is held, `type` presses or releases it. */
  async pointer(x: number, y: number, type = 'mouseMoved', pressed = false): Promise<void> {
    const isClick = type !== 'mouseMoved';
    await this.send('Input.dispatchMouseEvent', {
      type,
      x,
      y,
      button: isClick || pressed ? 'left' : 'none',
      buttons: pressed ? 1 : 0,
      clickCount: isClick ? 1 : 0,
    });
  }

  /** The size of the window, and the user's preferred colour scheme. */
  async look(width: number, height: number, scheme: 'light' | 'dark' = 'light', density = 1): Promise<void> {
    await this.send('Emulation.setDeviceMetricsOverride', {
      width,
      height,
      deviceScaleFactor: density,
      mobile: false,
    });
    await this.send('Emulation.setEmulatedMedia', {
      features: [{ name: 'prefers-color-scheme', value: scheme }],
    });
  }

  /** What the page is shown on, and further preferences of the user. */
  async media(media: '' | 'print', features: Readonly<Record<string, string>> = {}): Promise<void> {
    await this.send('Emulation.setEmulatedMedia', {
      media,
      features: Object.entries(features).map(([name, value]) => ({ name, value })),
    });
  }

  /** The page as it would be printed, PDF. */
  async pdf(): Promise<Buffer> {
    const { data } = await this.send<{ data: string }>('Page.printToPDF', { printBackground: true });
    return Buffer.from(data, 'base64');
  }

  /** A picture of the page, PNG. */
  async screenshot(): Promise<Buffer> {
    const { data } = await this.send<{ data: string }>('Page.captureScreenshot', { format: 'png' });
    return Buffer.from(data, 'base64');
  }

  /** The browser's events for this tab. */
  notice(method: string, params: Record<string, unknown>): void {
    if (method === 'Log.entryAdded') {
      const { level, text, url } = params['entry'] as { level: string; text: string; url?: string };
      if (level === 'error' || level === 'warning') this.complaints.push(`${text} ${url ?? ''}`.trim());
    } else if (method === 'Runtime.exceptionThrown') {
      const { text, exception } = params['exceptionDetails'] as {
        text: string;
        exception?: { description?: string };
      };
      this.complaints.push(exception?.description ?? text);
    } else if (method === 'Page.javascriptDialogOpening') {
      this.dialogs.push(String(params['message']));
      void this.send('Page.handleJavaScriptDialog', { accept: false });
    } else if (method === 'Page.loadEventFired') {
      this.#onLoad();
    } else if (method === 'Network.requestWillBeSent') {
      const { url } = params['request'] as { url: string };
      this.requested.push(url);
      this.#addresses.set(String(params['requestId']), url.split('?')[0] ?? url);
    } else if (method === 'Network.loadingFinished') {
      const address = this.#addresses.get(String(params['requestId'])) ?? '';
      this.received.set(address, (this.received.get(address) ?? 0) + Number(params['encodedDataLength']));
    }
  }
}
