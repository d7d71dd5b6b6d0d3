/** The progress of an import. */
export interface ImportState {
  /** Size of the files on disk. */
  readonly readBytes: number;
  /** Absent if unknown, as for a pipe. */
  readonly totalBytes: number | undefined;
  /** The share read so far, 0 to 1, if the number of bytes does not show it. */
  readonly share?: number;
  readonly spans: number;
}

/** Output of the progress. */
export interface Terminal {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

const TERMINAL_MILLIS = 200;
const PLAIN_MILLIS = 10_000;
const CLEAR_LINE = '\r\u001B[K';

/** Shows the progress of an import: on a terminal in one changing line, elsewhere in a line every ten seconds. */
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

  /** May be called as often as needed. */
  update(state: ImportState): void {
    const now = this.#now();
    if (now < this.#nextMillis) return;
    this.#nextMillis = now + this.#intervalMillis;
    const text = describe(state, (now - this.#beganMillis) / 1000);
    this.#terminal.write(this.#isTerminal ? `${CLEAR_LINE}${text}` : `sandscope: ${text}\n`);
    this.#isShown = this.#isTerminal;
  }

  /** Clears the line for other output. */
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
  { readBytes, totalBytes, share: reported, spans }: ImportState,
  elapsedSeconds: number,
): string {
  const soFar = `${size(readBytes)} read, ${spans} spans`;
  const known = reported ?? (totalBytes === undefined ? 0 : readBytes / totalBytes);
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
