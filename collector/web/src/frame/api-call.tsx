import { useState } from 'react';
import type { ReactNode, RefObject } from 'react';

interface Props {
  readonly dialog: RefObject<HTMLDialogElement | null>;
  readonly url: string | undefined;
  readonly data: unknown;
}

const FIRST_LETTERS = 1200;

/** The API request of a picture: as a URL, as a shell command, and the beginning of its answer. */
export function ApiCall({ dialog, url = '', data }: Props): ReactNode {
  const [isCopied, setIsCopied] = useState(false);
  const address = `${location.origin}${url}`;
  const curl = `curl '${address.replaceAll("'", '%27')}'`;
  const copy = async (text: string): Promise<void> => {
    await navigator.clipboard.writeText(text).then(
      () => setIsCopied(true),
      () => setIsCopied(false),
    );
  };
  return (
    <dialog ref={dialog} onClose={() => setIsCopied(false)} aria-label="API call">
      <h2>The API call behind this</h2>
      <pre>{curl}</pre>
      {data !== undefined && <Beginning data={data} />}
      <div className="tools">
        <button type="button" className="control primary" onClick={() => void copy(curl)}>
          Copy curl
        </button>
        <button type="button" className="control" onClick={() => void copy(address)}>
          Copy address
        </button>
        <a className="control plain" href="/docs/">
          The whole API
        </a>
        <button type="button" className="control" onClick={() => dialog.current?.close()}>
          Close
        </button>
        <span role="status" className="dim">
          {isCopied ? 'Copied' : ''}
        </span>
      </div>
    </dialog>
  );
}

/** Keeps the first two items of each list. */
function Beginning({ data }: { readonly data: unknown }): ReactNode {
  const short =
    JSON.stringify(data, (_, value: unknown) => (Array.isArray(value) ? value.slice(0, 2) : value), 2) ?? '';
  return <pre tabIndex={0}>{short.length > FIRST_LETTERS ? `${short.slice(0, FIRST_LETTERS)}…` : short}</pre>;
}
