import type { ReactNode } from 'react';

/** Text with what is between backticks set as code: names of attributes, variables and commands. */
export function withCode(text: string): ReactNode {
  // oxlint-disable-next-line react/no-array-index-key -- the parts never move
  return text.split('`').map((part, index) => (index % 2 === 1 ? <code key={index}>{part}</code> : part));
}
