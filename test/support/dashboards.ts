/** What the dashboards and rules in `examples/grafana` ask Prometheus and ClickHouse. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

export const GRAFANA = fileURLToPath(new URL('../../examples/grafana/', import.meta.url));

export interface Question {
  /** `collector.json: Spans` */
  readonly about: string;
  readonly datasource: string;
  /** PromQL, or SQL with Grafana's variables and macros. */
  readonly text: string;
}

interface Target {
  readonly expr?: string;
  readonly rawSql?: string;
  readonly datasource: { readonly uid: string };
}
interface Dashboard {
  readonly panels: readonly { readonly title: string; readonly targets?: readonly Target[] }[];
  readonly templating: {
    readonly list: readonly {
      readonly name: string;
      readonly type: string;
      readonly query: string;
      readonly datasource?: { readonly uid: string };
    }[];
  };
}

const dashboards = readdirSync(`${GRAFANA}dashboards`).map((file) => ({
  file,
  dashboard: JSON.parse(readFileSync(`${GRAFANA}dashboards/${file}`, 'utf8')) as Dashboard,
}));

const panels: readonly Question[] = dashboards.flatMap(({ file, dashboard }) =>
  dashboard.panels.flatMap(({ title, targets = [] }) =>
    targets.map(({ expr, rawSql, datasource }) => ({
      about: `${file}: ${title}`,
      datasource: datasource.uid,
      text: (expr ?? rawSql ?? '').replaceAll(/\$__(?:rate_interval|range)\b/g, '1m'),
    })),
  ),
);
const variables: readonly Question[] = dashboards.flatMap(({ file, dashboard }) =>
  dashboard.templating.list
    .filter(({ type }) => type === 'query')
    .map(({ name, query, datasource }) => ({
      about: `${file}: variable ${name}`,
      datasource: datasource?.uid ?? '',
      text: query,
    })),
);
const questions = panels.concat(variables);

const of = (uid: string): Question[] => questions.filter(({ datasource }) => datasource === uid);

/** PromQL of the panels, Grafana's variables replaced by a time. */
export const PANEL_EXPRESSIONS: readonly Question[] = of('sandscope-prometheus');

interface Rules {
  readonly groups: readonly {
    readonly rules: readonly { readonly alert: string; readonly expr: string }[];
  }[];
}
/** PromQL of the alerts. */
export const ALERT_EXPRESSIONS: readonly Question[] = (
  parse(readFileSync(`${GRAFANA}rules.yml`, 'utf8')) as Rules
).groups.flatMap(({ rules }) =>
  rules.map(({ alert, expr }) => ({ about: alert, datasource: 'sandscope-prometheus', text: expr })),
);

/** SQL of the panels and variables, with Grafana's own macros and variables still in it. */
export const STATEMENTS: readonly Question[] = of('sandscope-clickhouse');

/** Data sources that panels use. */
export const USED_DATASOURCES: readonly string[] = [
  ...new Set(questions.map(({ datasource }) => datasource)),
];
