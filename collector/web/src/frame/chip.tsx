import type { ReactNode } from 'react';

/** How we know it: the same five words everywhere. */
export type Knowledge = 'told' | 'proven' | 'inferred' | 'assumed' | 'none';

const SHAPES: Readonly<Record<Knowledge, ReactNode>> = {
  told: (
    <>
      <circle cx="5" cy="5" r="5" fill="currentColor" />
      <path d="M2.6 5.2l1.7 1.7 3-3.6" fill="none" stroke="var(--card)" strokeWidth="1.3" />
    </>
  ),
  proven: <circle cx="5" cy="5" r="4.6" fill="currentColor" />,
  inferred: (
    <>
      <circle cx="5" cy="5" r="4.3" fill="none" stroke="currentColor" strokeWidth="1.2" />
      <path d="M2 8l6-6" stroke="currentColor" strokeWidth="1.2" />
    </>
  ),
  assumed: (
    <circle
      cx="5"
      cy="5"
      r="4.2"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.3"
      strokeDasharray="1.6 1.5"
    />
  ),
  none: <path d="M1 5h8" stroke="currentColor" strokeWidth="1.5" />,
};

export function KnowMark({ how }: { readonly how: Knowledge }): ReactNode {
  return (
    <svg viewBox="0 0 10 10" width="10" height="10" aria-hidden="true">
      {SHAPES[how]}
    </svg>
  );
}

export function Chip({
  how,
  children,
}: {
  readonly how: Knowledge;
  readonly children: ReactNode;
}): ReactNode {
  return (
    <span className="chip">
      <KnowMark how={how} />
      {children}
    </span>
  );
}

/** The API's words about hosts, and what they mean. */
export const HOST_KNOWLEDGE: Readonly<
  Record<string, { readonly how: Knowledge; readonly words: string; readonly why: string }>
> = {
  declared: { how: 'told', words: 'told', why: 'the platform says which host it is' },
  kernel: {
    how: 'proven',
    words: 'seen, proven',
    why: 'sandboxes share a kernel, so one boot id is one machine',
  },
  derived: {
    how: 'inferred',
    words: 'inferred',
    why: 'boot times agree within half a second on equal hardware',
  },
  class: { how: 'none', words: 'not identifiable here', why: 'each sandbox has a kernel of its own' },
  none: { how: 'none', words: 'not identifiable here', why: 'the sandbox reveals nothing about the host' },
};
