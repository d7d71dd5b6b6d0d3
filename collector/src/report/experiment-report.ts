import { experimentCharts } from '../charts/experiment-registry.ts';
import type { ChartContext } from '../charts/picture.ts';
import { bytes, count, moment, name } from '../charts/words.ts';
import type { NamedResult } from './read-result.ts';
import type { Report } from './report.ts';

/** Results of experiments, one section each. */
export function experimentReport(
  results: readonly NamedResult[],
  context: ChartContext,
  facts: readonly string[],
): Report {
  return {
    title: results.length === 1 ? `Experiment: ${name(results[0]?.result.experiment ?? '')}` : 'Experiments',
    facts,
    sections: results.map(({ result }) => ({
      heading: `${name(result.experiment)}: ${name(result.target.name ?? result.target.kind, 200)}`,
      subheading: circumstances(result),
      pictures: experimentCharts(result).map((chart) => chart(result as never, context)),
    })),
    remarks: results.flatMap(({ result }) =>
      result.missing.map(
        ({ column, reason }) =>
          `${name(result.experiment)}: ${name(column)} is missing: ${name(reason, 300)}`,
      ),
    ),
  };
}

/** Time, machine and parameters. */
function circumstances({ startedAt, runId, machine, timeScale, tool }: NamedResult['result']): string {
  return (
    `${moment(Date.parse(startedAt))}, run ${name(runId, 64)}, client on ${count(machine.cpuCount)} × ` +
    `${name(machine.cpuModel, 60)} with ${bytes(machine.memoryBytes)}, Node ${name(machine.nodeVersion)}, sandscope ${name(tool.version)}` +
    (timeScale === 1 ? '' : `, waits ${count(timeScale)} times shorter`)
  );
}
