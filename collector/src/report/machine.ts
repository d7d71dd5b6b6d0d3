import { cpus, totalmem } from 'node:os';
import { bytes, moment } from '../charts/words.ts';

/** On what and when a page was made: every generated page says so. */
export function madeOn(version: string, nowMs: number): string {
  const [cpu] = cpus();
  const model = cpu?.model.trim() || 'unknown processor';
  return `made ${moment(nowMs)} by sandscope ${version} on Node ${process.versions.node}, ${cpus().length} × ${model}, ${bytes(totalmem())}`;
}
