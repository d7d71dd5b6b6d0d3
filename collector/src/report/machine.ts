import { cpus, totalmem } from 'node:os';
import { bytes, moment } from '../charts/words.ts';

/** Machine and time of a generated page: every generated page states them. */
export function madeOn(version: string, nowMs: number): string {
  const [cpu] = cpus();
  const model = cpu?.model.trim() || 'unknown processor';
  return `made ${moment(nowMs)} by sandscope ${version} on Node ${process.versions.node}, ${cpus().length} × ${model}, ${bytes(totalmem())}`;
}
