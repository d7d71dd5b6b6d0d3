import type { EngineLog } from '../store/engine.ts';

/** Plain text, one line per message, on standard error; `info` is left out. */
export const stderrLog: EngineLog = {
  info: () => undefined,
  warn: (message) => void process.stderr.write(`sandscope: ${message}\n`),
  error: (message) => void process.stderr.write(`sandscope: ${message}\n`),
};
