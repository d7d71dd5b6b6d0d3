import { useState } from 'react';
import type { ReactNode } from 'react';
import { setToken } from '../api/client.ts';

/** Asks for the token of a collector that requires one, in place of the page. */
export function TokenForm({ wasWrong }: { readonly wasWrong: boolean }): ReactNode {
  const [text, setText] = useState('');
  return (
    <form
      className="token"
      id="token-form"
      onSubmit={(event) => {
        event.preventDefault();
        setToken(text);
      }}
    >
      <h1>This collector requires a token.</h1>
      <p id="token-note" role={wasWrong ? 'alert' : undefined}>
        {wasWrong
          ? 'That token is not valid here.'
          : 'It shows its data only with a query token. The token can only read, and is kept for this tab.'}
      </p>
      <label htmlFor="token">Query token</label>
      <input
        id="token"
        className="control"
        type="password"
        autoComplete="off"
        // oxlint-disable-next-line jsx-a11y/no-autofocus -- there is nothing else on the page
        autoFocus
        required
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      <button type="submit" className="control primary">
        Open
      </button>
    </form>
  );
}
