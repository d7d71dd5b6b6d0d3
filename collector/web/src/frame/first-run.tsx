import { useState } from 'react';
import type { ReactNode } from 'react';
import type { FunctionsAnswer } from '../api/answers.ts';
import { urlOf } from '../api/client.ts';
import { useAnswer } from '../api/use-answer.ts';
import { go, withQuery } from '../location.ts';
import { useScope } from '../parts/use-scope.ts';
import { counted, sentence } from '../words.ts';

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

/** Calls are there, but none tells what the page shows: what is lacking, and what would add it. */
function Untold({ functions, total }: FunctionsAnswer): ReactNode {
  const lacking = new Map(
    functions.flatMap(({ missing }) => missing).map(({ lacks, add }) => [lacks, add] as const),
  );
  return (
    <>
      <div className="page-head">
        <p className="question">Not known here</p>
        <h1>{`${counted(total.invocations, 'call')} came in this range; none tells what this page shows.`}</h1>
      </div>
      <div className="paste">
        {[...lacking].map(([lacks, add]) => (
          <div className="step" key={lacks}>
            <b>{sentence(lacks)}.</b>
            <p className="dim">What would tell it: {add}.</p>
          </div>
        ))}
      </div>
    </>
  );
}

/** Shown where a page has no data: what to paste if no call came at all. The data appear automatically. */
export function FirstRun(): ReactNode {
  const { place, range, query } = useScope();
  const { data } = useAnswer<FunctionsAnswer>(urlOf('functions', query), range.isLive && 'slow');
  if (data === undefined) return <p className="page-head">Reading…</p>;
  if (data.total.invocations > 0) return <Untold {...data} />;
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
