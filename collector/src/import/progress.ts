/** What an import has done so far. */
export interface ImportState {
  /** Of the files as they are on disk. */
  readonly readBytes: number;
  /** Absent where it is not known, as from a pipe. */
  readonly totalBytes: number | undefined;
  /** How much was read, 0 to 1, where the bytes do not tell. */
  readonly share?: number;
  readonly spans: number;
}

/** Where the progress is shown. */
export interface Terminal {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

const TERMINAL_MILLIS = 200;
const PLAIN_MILLIS = 10_000;
const CLEAR_LINE = '\r\u001B[K';

/** Says how far an import is: on a terminal in one line that changes, elsewhere in a line every ten seconds. */
export class Progress {
  readonly #terminal: Terminal;
  readonly #beganMillis: number;
  readonly #now: () => number;
  #nextMillis: number;
  #isShown = false;

  constructor(terminal: Terminal, now: () => number = () => performance.now()) {
    this.#terminal = terminal;
    this.#now = now;
    this.#beganMillis = now();
    this.#nextMillis = this.#beganMillis + this.#intervalMillis;
  }

  /** May be told as often as one likes. */
  update(state: ImportState): void {
    const now = this.#now();
    if (now < this.#nextMillis) return;
    this.#nextMillis = now + this.#intervalMillis;
    const text = describe(state, (now - this.#beganMillis) / 1000);
    this.#terminal.write(this.#isTerminal ? `${CLEAR_LINE}${text}` : `sandscope: ${text}\n`);
    this.#isShown = this.#isTerminal;
  }

  /** Makes room for another line. */
  clear(): void {
    if (this.#isShown) this.#terminal.write(CLEAR_LINE);
    this.#isShown = false;
  }

  get #isTerminal(): boolean {
    return this.#terminal.isTTY === true;
  }

  get #intervalMillis(): number {
    return this.#isTerminal ? TERMINAL_MILLIS : PLAIN_MILLIS;
  }
}

function describe(
  { readBytes, totalBytes, share: told, spans }: ImportState,
  elapsedSeconds: number,
): string {
  const soFar = `${size(readBytes)} read, ${spans} spans`;
  const known = told ?? (totalBytes === undefined ? 0 : readBytes / totalBytes);
  if (known <= 0) return soFar;
  const share = Math.min(1, known);
  const left = (elapsedSeconds / share) * (1 - share);
  return `${Math.floor(share * 100)} %, ${soFar}, about ${duration(left)} left`;
}

const STEPS = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];

function size(bytes: number): string {
  let value = bytes;
  let step = 0;
  while (value >= 1024 && step < STEPS.length - 1) {
    value /= 1024;
    step++;
  }
  return `${step === 0 ? value : value.toFixed(1)} ${STEPS[step]}`;
}

function duration(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}
