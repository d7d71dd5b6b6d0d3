import type { Report } from './report.ts';
import type { Stage } from './stages.ts';

/** For every missed target, a sentence that says why, from measurements of the same run. */
export function missedReasons({ targets, breakdown, variants }: Report): string[] {
  if (breakdown === undefined) return [];
  const { stages, steps } = breakdown;
  const missed = [...new Set(targets.filter(({ met }) => !met).map(({ name }) => name))];
  const bundle = variants.find(({ id }) => id === 'sandscope-cjs')?.bundle?.minifiedBytes;
  return missed.flatMap((name) => {
    const why = reason(name);
    return why === undefined ? [] : [`_${name}_: ${why}`];
  });

  function reason(name: string): string | undefined {
    if (name.includes('first response of a cold start')) return undefined;
    if (name.includes('first response') || name.startsWith('the same')) return firstReason(name);
    if (name.includes('before a warm response')) return callReason();
    if (name.startsWith('CPU after')) return laterReason();
    return undefined;
  }

  function firstReason(name: string): string {
    const whole = stages.filter(({ within }) => !within);
    const parts = whole.map(({ name: stage, cpuMs }) => `${stage} ${ms(cpuMs?.value)}`).join(', ');
    const find = part('exports');
    const compile = part('compiled');
    const tail = name.includes('1/14')
      ? ' Under the quota a period of 100 ms holds 7.1 ms of CPU time, so the figure moves in steps of 100 ms.'
      : '';
    return `CPU time of its stages: ${parts}. Within loading, Node takes ${ms(find)} to find a package that has \`exports\`, and ${ms(compile)} to compile ${kilobytes(bundle)} of which half is text; the rest is code that runs for the first time.${tail}`;
  }

  function callReason(): string {
    const before = steps.filter(({ name }) =>
      ['/proc/stat', '/proc/net/dev', 'note of 16 bytes'].includes(name),
    );
    const paused = before.reduce((sum, { pausedMicros }) => sum + pausedMicros, 0);
    const looped = before.reduce((sum, { loopedMicros }) => sum + loopedMicros, 0);
    return `three system calls alone (${before.map(({ name }) => name).join(', ')}) take ${paused.toFixed(0)} µs after a pause of 4 ms, ${looped.toFixed(0)} µs in a loop: after a pause the caches are cold.`;
  }

  function laterReason(): string {
    const after = steps.filter(({ name }) => name.startsWith('/proc'));
    const paused = after.reduce((sum, { pausedMicros }) => sum + pausedMicros, 0);
    return `the readings of the end alone take ${paused.toFixed(0)} µs of system calls after a pause; the rest is their parsing, the encoding, and two exchanges over loopback (the export, and the extension’s next event).`;
  }

  function part(words: string): number | undefined {
    return stages.find(({ name }: Stage) => name.includes(words))?.wallMs.value;
  }
}

const ms = (value: number | undefined): string => (value === undefined ? '–' : `${value.toFixed(1)} ms`);
const kilobytes = (bytes: number | undefined): string =>
  bytes === undefined ? 'the bundle' : `${(bytes / 1e3).toFixed(0)} kB`;
