import { Type } from '@fastify/type-provider-typebox';
import { Errors } from 'typebox/value';
import { CollectorError } from '../errors/errors.ts';
import type { PricePlan } from './price-plan.ts';

const Rate = Type.Number({ minimum: 0 });

const Plan = Type.Object(
  {
    name: Type.String({ pattern: '^[a-z0-9]+(-[a-z0-9]+)*$' }),
    title: Type.String({ minLength: 1 }),
    platforms: Type.Array(Type.String({ minLength: 1 }), { minItems: 1 }),
    architecture: Type.Optional(Type.Union([Type.Literal('amd64'), Type.Literal('arm64')])),
    region: Type.Optional(Type.String({ minLength: 1 })),
    date: Type.String({ pattern: '^\\d{4}(-\\d{2}(-\\d{2})?)?$' }),
    currency: Type.String({ pattern: '^[A-Z]{3}$' }),
    source: Type.String({ minLength: 1 }),
    perMillionRequests: Rate,
    perGbSecond: Type.Optional(Rate),
    perVcpuSecond: Type.Optional(Rate),
    perCpuSecond: Type.Optional(Rate),
    billing: Type.Object(
      {
        basis: Type.Union([Type.Literal('duration'), Type.Literal('instance'), Type.Literal('cpu-time')]),
        granularityMs: Type.Number({ exclusiveMinimum: 0 }),
        minimumMs: Rate,
        memory: Type.Union([Type.Literal('configured'), Type.Literal('used')]),
        memoryStepMb: Type.Optional(Rate),
        initialisation: Type.Boolean(),
      },
      { additionalProperties: false },
    ),
    provisioned: Type.Optional(
      Type.Object({ perGbSecondHeld: Rate, perGbSecondUsed: Rate }, { additionalProperties: false }),
    ),
    storage: Type.Optional(
      Type.Object(
        { perGbSecond: Rate, includedMb: Rate, maximumMb: Type.Optional(Rate) },
        { additionalProperties: false },
      ),
    ),
    free: Type.Optional(Type.Object({ requests: Rate, gbSeconds: Rate }, { additionalProperties: false })),
  },
  { additionalProperties: false },
);
const Plans = Type.Array(Plan);

/**
 * Plans given by a user: a JSON list of {@link PricePlan}s. They count as verified, because the user provides them; a
 * plan with `"platforms": ["*"]` applies to functions of every platform.
 *
 * @param from their source, for the message
 * @throws {CollectorError} `ERR_OPTION` that names the fault and its position
 */
export function parsePlans(text: string, from: string): PricePlan[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (cause) {
    throw new CollectorError('ERR_OPTION', `${from} names a file that is not JSON: ${String(cause)}`, {
      cause,
    });
  }
  const [wrong] = Errors(Plans, parsed);
  if (wrong) {
    const where = wrong.instancePath === '' ? 'the whole' : wrong.instancePath;
    throw new CollectorError(
      'ERR_OPTION',
      `${from} names a file that is not a list of price plans: ${where} ${wrong.message}`,
    );
  }
  const plans = parsed as Omit<PricePlan, 'verified' | 'unverified'>[];
  const twice = plans.find(({ name }, index) => plans.findIndex((other) => other.name === name) !== index);
  if (twice)
    throw new CollectorError('ERR_OPTION', `${from} names a file with two plans named ${twice.name}`);
  return plans.map((plan) => Object.assign(plan, { verified: true, unverified: [] }));
}
