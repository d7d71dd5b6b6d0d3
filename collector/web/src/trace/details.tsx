import { useState } from 'react';
import type { ReactNode } from 'react';
import { duration } from '../words.ts';
import { groupsOf } from './attributes.ts';
import type { Trace, TraceSpan } from './spans.ts';

/** The attributes of a span, in plain words and as received. */
export function Details({ span, trace }: { readonly span: TraceSpan; readonly trace: Trace }): ReactNode {
  const groups = groupsOf(span);
  const [wanted, setWanted] = useState('');
  const all = [...span.attributes, ...span.resource].filter(({ key, value }) =>
    `${key} ${value}`.toLowerCase().includes(wanted.toLowerCase()),
  );
  const part = (span.endMs - span.startMs) / trace.totalMs;
  return (
    <section className="card small" aria-label={`Span ${span.name}`}>
      <p className="question dim">
        <bdi>{span.service}</bdi>, {duration(span.endMs - span.startMs)}
      </p>
      <h2 className="verdict">
        <bdi>{span.name}</bdi>
        <span className="more">
          {' '}
          {span.isInferred
            ? 'is not a span: it follows from those around it'
            : `${Math.round(part * 100)} % of the trace, from ${duration(span.startMs)} on`}
        </span>
      </h2>
      {span.failed && (
        <p className="notice" role="alert">
          Failed{span.message ? <bdi>: {span.message}</bdi> : '.'}
        </p>
      )}
      {groups.map(({ title, facts }, index) => (
        <details className="group" key={title} open={index < 3}>
          <summary>{title}</summary>
          <dl>
            {facts.map(({ term, value, key }) => [
              <dt key={key} title={key}>
                {term}
              </dt>,
              <dd key={`${key} value`}>
                <bdi>{value}</bdi>
              </dd>,
            ])}
          </dl>
        </details>
      ))}
      <details className="group">
        <summary>All {span.attributes.length + span.resource.length} attributes, as sent</summary>
        <input
          className="control"
          type="search"
          placeholder="Find…"
          aria-label="Find an attribute"
          value={wanted}
          onChange={({ target: { value } }) => setWanted(value)}
        />
        <dl>
          {all.map(({ key, value }, index) => [
            <dt key={`${key} ${index}`}>
              <code>{key}</code>
            </dt>,
            <dd key={`${key} ${index} value`}>
              <bdi>{value}</bdi>
            </dd>,
          ])}
        </dl>
      </details>
    </section>
  );
}
