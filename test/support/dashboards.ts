/** The queries of the dashboards and rules in `examples/grafana` to Prometheus and ClickHouse. */
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
      text: (expr ?? rawSql ?? '')
        .replaceAll(/\$__(?:rate_interval|range)\b/g, '1m')
        .replaceAll(/=~"\$\w+"/g, '=~".*"'),
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
const LABEL_VALUES = /^label_values\((\w+), (\w+)\)$/;

/** PromQL of the panels and variables, Grafana's own variables and functions replaced. */
export const PANEL_EXPRESSIONS: readonly Question[] = of('sandscope-prometheus').map(
  ({ about, datasource, text }) => ({
    about,
    datasource,
    text: text.replace(LABEL_VALUES, 'count by ($2) ($1)'),
  }),
);

interface Rules {
  readonly groups: readonly {
    readonly rules: readonly {
      readonly alert?: string;
      readonly record?: string;
      readonly expr: string;
      readonly labels?: { readonly severity?: string };
    }[];
  }[];
}
/** The rule files, as listed in the configuration of Prometheus. */
export const RULE_FILES: readonly string[] = ['rules.yml', 'function-rules.yml'];

export const RULES = RULE_FILES.flatMap(
  (file) => (parse(readFileSync(`${GRAFANA}${file}`, 'utf8')) as Rules).groups,
).flatMap(({ rules }) => rules);

/** PromQL of the alerts and of the recording rules. */
export const RULE_EXPRESSIONS: readonly Question[] = RULES.map(({ alert, record, expr }) => ({
  about: alert ?? record ?? '',
  datasource: 'sandscope-prometheus',
  text: expr,
}));

/** SQL of the panels and variables, still with Grafana's own macros and variables. */
export const STATEMENTS: readonly Question[] = of('sandscope-clickhouse');

/** A name that has to be escaped. */
export const AWKWARD_FUNCTION = "it's";

/** The SQL of a panel, its macros replaced as by the data source, and its variables as by Grafana: the last hour. */
export function expandSql(sql: string, database: string): string {
  const now = Math.floor(Date.now() / 1000);
  const expanded = sql
    .replaceAll(
      /\$__timeFilter\((\w+)\)/g,
      `$1 >= toDateTime(${now - 3600}) AND $1 <= toDateTime(${now + 1})`,
    )
    .replaceAll(/\$__timeInterval\((\w+)\)/g, 'toStartOfInterval(toDateTime($1), INTERVAL 60 second)')
    .replaceAll('${database}', database)
    .replaceAll('${function:singlequote}', String.raw`'other','it\'s'`);
  if (expanded.includes('$')) throw new Error(`a macro or variable of Grafana is not replaced: ${expanded}`);
  return expanded;
}

/** Data sources that panels use. */
export const USED_DATASOURCES: readonly string[] = [
  ...new Set(questions.map(({ datasource }) => datasource)),
];
