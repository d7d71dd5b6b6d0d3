import { useState } from 'react';
import type { ReactNode } from 'react';

/** The URL of Jaeger, requested once. */
export function Jaeger({ id }: { readonly id: string }): ReactNode {
  const [address, setAddress] = useState(
    () => localStorage.getItem('sandscope.jaeger') ?? 'http://127.0.0.1:16686',
  );
  const isAddress = /^https?:\/\//.test(address);
  return (
    <details className="menu">
      <summary className="chip">Jaeger ↗</summary>
      <div className="sheet">
        <label>
          Where Jaeger’s page is
          <input
            className="control"
            value={address}
            onChange={({ target: { value } }) => {
              setAddress(value);
              localStorage.setItem('sandscope.jaeger', value);
            }}
          />
        </label>
        {isAddress && (
          <a
            className="control"
            href={`${address.replace(/\/+$/, '')}/trace/${encodeURIComponent(id)}`}
            rel="noreferrer"
            target="_blank"
          >
            Open this trace there
          </a>
        )}
      </div>
    </details>
  );
}
