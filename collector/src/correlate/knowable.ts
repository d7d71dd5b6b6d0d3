import * as semconv from '@sandscope/probes/semconv';
import type { SandboxFacts } from './sandbox-facts.ts';

/** Questions about a function. */
export const KNOWABLE_ANSWERS = [
  'invocations',
  'cold-starts',
  'cold-start-cost',
  'sandboxes',
  'reuse',
  'evictions',
  'concurrency',
  'pick-order',
  'loss',
  'hosts',
  'hops',
] as const;
export type KnowableAnswer = (typeof KNOWABLE_ANSWERS)[number];

/** Answers for which the data are insufficient. */
export interface MissingAnswers {
  readonly answers: readonly KnowableAnswer[];
  /** The missing information. */
  readonly lacks: string;
  /** What would provide it. */
  readonly add: string;
}

/** The available information about the invocations of one function, in a stretch of time. */
export interface Told {
  readonly invocations: number;
  /** The invocations without a named sandbox. */
  readonly unnamed: number;
  readonly cold: number;
  /** Invocations known to be cold or warm. */
  readonly coldOrWarm: number;
  /** Cold ones that reported the length of their initialisation. */
  readonly inits: number;
  readonly hosts: number;
  readonly facts: readonly SandboxFacts[];
}

interface Need {
  readonly answers: readonly KnowableAnswer[];
  readonly isMet: (told: Told) => boolean;
  /** The question does not apply: the information is neither known nor missing. */
  readonly isMoot?: (told: Told) => boolean;
  readonly lacks: (told: Told) => string;
  readonly add: (told: Told) => string;
}

const WRAP = 'the handler wrapped by @sandscope/sdk, or its span processor for OpenTelemetry';
const IDENTITY = `${semconv.ATTR_FAAS_INSTANCE}, ${semconv.ATTR_K8S_POD_UID}, ${semconv.ATTR_CONTAINER_ID} or ${semconv.ATTR_SERVICE_INSTANCE_ID}`;

/** Each answer needs some information from spans, which may or may not be present. */
const NEEDS: readonly Need[] = [
  { answers: ['invocations'], isMet: () => true, lacks: () => '', add: () => '' },
  {
    answers: ['sandboxes', 'reuse', 'evictions', 'concurrency', 'pick-order'],
    isMet: ({ invocations, unnamed }) => unnamed < invocations,
    lacks: () => 'the spans name no sandbox, so sandboxes cannot be distinguished',
    add: () => `the resource attribute ${IDENTITY} (a resource detector sets it), or ${WRAP}`,
  },
  {
    answers: ['cold-starts'],
    isMet: ({ coldOrWarm }) => coldOrWarm > 0,
    lacks: () => 'the spans do not say whether they waited for a new sandbox',
    add: () => `${semconv.ATTR_FAAS_COLDSTART} on the spans, or ${WRAP}`,
  },
  {
    answers: ['cold-start-cost'],
    isMet: ({ inits }) => inits > 0,
    isMoot: ({ cold, coldOrWarm }) => cold === 0 && coldOrWarm > 0,
    lacks: () => 'the spans do not say how long the initialisation took',
    add: () =>
      `${semconv.ATTR_INIT_DURATION_MS} on cold spans: ${WRAP}, or the platform's own logs (sandscope import)`,
  },
  {
    answers: ['loss'],
    isMet: ({ facts }) => facts.some(({ tellsOrdinals }) => tellsOrdinals),
    lacks: () => 'the spans of a process are not numbered, so missing ones cannot be detected',
    add: () => `${semconv.ATTR_SANDBOX_ORDINAL}: ${WRAP}`,
  },
  {
    answers: ['hosts', 'hops'],
    isMet: ({ hosts }) => hosts > 0,
    lacks: ({ facts }) => {
      if (facts.some(({ isolation }) => isolation === 'microvm' || isolation === 'gvisor'))
        return 'each sandbox has a kernel of its own, which hides the host';
      if (facts.some(({ bootId, bootTime }) => bootId !== '' || bootTime !== undefined))
        return 'no two sandboxes ran at the same time on one kernel, so no kernel is known to be shared';
      return 'the spans have no data about the kernel or the host';
    },
    add: ({ facts }) =>
      facts.some(({ bootId, bootTime }) => bootId !== '' || bootTime !== undefined)
        ? `${semconv.ATTR_HOST_DECLARED_ID} (SANDSCOPE_HOST_ID, or the node's name in Kubernetes)`
        : `${semconv.ATTR_KERNEL_BOOT_ID} (${WRAP}), or ${semconv.ATTR_HOST_DECLARED_ID}`,
  },
];

/** Which answers the data allow, and what the others lack. */
export function knowable(told: Told): {
  readonly knows: readonly KnowableAnswer[];
  readonly missing: readonly MissingAnswers[];
} {
  const open = NEEDS.filter((need) => !need.isMet(told));
  const known = new Set(NEEDS.filter((need) => need.isMet(told)).flatMap(({ answers }) => answers));
  return {
    knows: KNOWABLE_ANSWERS.filter((answer) => known.has(answer)),
    missing: open
      .filter((need) => need.isMoot?.(told) !== true)
      .map(({ answers, lacks, add }) => ({ answers, lacks: lacks(told), add: add(told) })),
  };
}
