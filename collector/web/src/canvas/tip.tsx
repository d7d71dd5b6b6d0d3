import { useLayoutEffect, useRef } from 'react';
import type { ReactNode } from 'react';
import { createPortal } from 'react-dom';

interface Props {
  readonly lines: readonly string[];
  /** Position in the window. */
  readonly left: number;
  readonly top: number;
  /** What Enter opens. */
  readonly opens: string | undefined;
}

/** The tip for the mark under the pointer: what, which, why, and the keys. It stays inside the window. */
export function Tip({ lines, left, top, opens }: Props): ReactNode {
  const element = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const tip = element.current;
    if (!tip) return;
    const { width, height } = tip.getBoundingClientRect();
    const x = Math.max(8, Math.min(innerWidth - width - 8, left + 14));
    const above = top - height - 14;
    tip.style.transform = `translate(${x}px, ${above < 8 ? top + 16 : above}px)`;
  }, [left, top, lines]);
  const [first = '', ...others] = lines;
  return createPortal(
    <div ref={element} className="tip" aria-hidden="true">
      <div>
        <b>
          <bdi>{first}</bdi>
        </b>
      </div>
      {others.map((line, index) => (
        // oxlint-disable-next-line react/no-array-index-key -- lines have no other name
        <div key={index}>
          <bdi>{line}</bdi>
        </div>
      ))}
      {opens !== undefined && <div className="keys">Enter or click: {opens}</div>}
    </div>,
    document.body,
  );
}
