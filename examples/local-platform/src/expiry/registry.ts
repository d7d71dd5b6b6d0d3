import { fail, Fields } from '../config/fields.ts';
import { exponential } from './exponential.ts';
import { fixed } from './fixed.ts';
import { halving } from './halving.ts';
import type { ExpiryLaw, LawContext, LawDefinition, LawParameters } from './law.ts';
import { maximumAge } from './maximum-age.ts';
import { soft } from './soft.ts';
import { twoStep } from './two-step.ts';

/** All expiry laws. To add one, add a file beside these and a line here. */
const LAWS: readonly LawDefinition[] = [fixed, soft, twoStep, halving, maximumAge, exponential];

/** A law with its parameters, as in the configuration and in the truth file. */
export type ExpirySpec = LawParameters & { readonly law: string };

function definitionOf(path: string, value: unknown): LawDefinition {
  const law = typeof value === 'object' && value !== null && 'law' in value ? value.law : undefined;
  const definition = LAWS.find((one) => one.law === law);
  return definition ?? fail(`${path}.law`, `one of ${LAWS.map((one) => one.law).join(', ')}`, law);
}

function read(path: string, value: unknown): ReturnType<LawDefinition['read']> & { readonly law: string } {
  const definition = definitionOf(path, value);
  const { law, fields } = definition;
  return { law, ...definition.read(new Fields(path, value, ['law', ...fields])) };
}

/**
 * One law, or several that apply together.
 *
 * @returns with defaults filled in
 * @throws {PlatformError} `ERR_CONFIG`
 */
export function parseExpiry(path: string, value: unknown): readonly ExpirySpec[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list.map((one, index) => {
    const { law, parameters } = read(Array.isArray(value) ? `${path}[${index}]` : path, one);
    return Object.assign({ law }, parameters);
  });
}

/** The active laws of one version of a function. */
export function startLaws(
  specs: readonly ExpirySpec[],
  context: LawContext,
): readonly { readonly law: string; readonly rule: ExpiryLaw }[] {
  return specs.map((spec) => ({ law: spec.law, rule: read('expiry', spec).start(context) }));
}
