import { useState } from 'react';
import type { ReactNode } from 'react';
import { go, usePlace, withQuery } from '../location.ts';

const INSTALL = `npm install @sandscope/sdk

import { wrap } from '@sandscope/sdk';
export const handler = wrap(yours);`;

function Step({ title, text }: { readonly title: string; readonly text: string }): ReactNode {
  const [isCopied, setIsCopied] = useState(false);
  return (
    <div className="step">
      <h2>{title}</h2>
      <button
        type="button"
        className="control"
        onClick={() =>
          void navigator.clipboard.writeText(text).then(
            () => setIsCopied(true),
            () => undefined,
          )
        }
      >
        {isCopied ? 'Copied' : 'Copy'}
      </button>
      <pre>{text}</pre>
    </div>
  );
}

/** Shown while there is no data: what to paste. The data appear automatically. */
export function FirstRun(): ReactNode {
  const place = usePlace();
  return (
    <>
      <div className="page-head">
        <p className="question">Nothing in this range</p>
        <h1>No calls yet. Three lines show the servers behind yours.</h1>
      </div>
      <div className="paste">
        <Step title="1  In the function’s folder" text={INSTALL} />
        <Step title="2  In its environment" text={`OTEL_EXPORTER_OTLP_ENDPOINT=${location.origin}`} />
        <div className="step">
          <b>Listening on {location.host}.</b> The first call appears here by itself.
          <p className="dim">
            Already sending? Ordinary OpenTelemetry spans of a function count too; they answer less. No
            function at hand? <code>npm start</code> runs real sandboxes on this machine, and{' '}
            <code>sandscope import</code> reads log files.
          </p>
        </div>
        <p>
          Something came earlier?{' '}
          <button
            type="button"
            className="link"
            onClick={() => go(withQuery(place, { from: '-90d', to: undefined }))}
          >
            Look at 90 days
          </button>
        </p>
      </div>
    </>
  );
}
