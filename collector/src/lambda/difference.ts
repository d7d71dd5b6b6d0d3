import type { FunctionSettings } from './instrumentation.ts';
import { MARK_VARIABLE, withoutUser } from './instrumentation.ts';

/** One change. */
export interface Change {
  readonly what: string;
  readonly sign: '+' | '-';
}

/** Variables whose value may be displayed: those that are set, and are not secret. */
const SHOWN = /^(?:AWS_LAMBDA_EXEC_WRAPPER|SANDSCOPE_EXEC_WRAPPER|OTEL_EXPORTER_OTLP(?:_TRACES)?_ENDPOINT)$/;

/** The changes of a function, without secrets. Empty if there are none. */
export function differenceOf(before: FunctionSettings, after: FunctionSettings): readonly Change[] {
  const layers = changes(before.layers, after.layers).map(({ what, sign }) => ({
    what: `layer ${what}`,
    sign,
  }));
  const names = [...new Set([before, after].flatMap(({ variables }) => Object.keys(variables)))].sort();
  const variables = names.flatMap((name) => {
    const [old, next] = [before.variables[name], after.variables[name]];
    return old === next ? [] : [shown('-', name, old), shown('+', name, next)].flat();
  });
  return [...layers, ...variables];
}

function changes(before: readonly string[], after: readonly string[]): Change[] {
  return [
    ...before.filter((what) => !after.includes(what)).map((what) => ({ what, sign: '-' as const })),
    ...after.filter((what) => !before.includes(what)).map((what) => ({ what, sign: '+' as const })),
  ];
}

function shown(sign: Change['sign'], name: string, value: string | undefined): Change[] {
  if (value === undefined) return [];
  if (name === MARK_VARIABLE) return [{ sign, what: `${name} (the previous settings, for uninstrument)` }];
  return [{ sign, what: SHOWN.test(name) ? `${name}=${withoutUser(value)}` : `${name} (not shown)` }];
}
