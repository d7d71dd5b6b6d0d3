import { badOption } from '../config/index.ts';
import type { GroupComparison } from '../compare/compare.ts';
import type { Command } from './command.ts';
import { renderTable } from './table.ts';

/** Compares the results of experiments. */
export const compare: Command = {
  name: 'compare',
  summary: 'compare results of an experiment with the first one',
  positionals: ['RESULT', 'RESULT...'],
  options: [{ name: 'json', help: 'everything, as one JSON document' }],
  notes: `Ratios are of medians, with 95 % intervals by bootstrap over the independent units of the runs. A difference is
reported when its interval excludes 1 and it is significant among all comparisons (Benjamini and Hochberg, 5 %);
otherwise these data do not show one. chanceSlower is the chance that a call takes longer than one of the first run.`,
  run: async (settings) => {
    const files = settings.positionals;
    if (files.length < 2) throw badOption('compare needs two result files or more');
    const { readResults } = await import('../report/read-result.ts');
    const { compareResults } = await import('../compare/compare.ts');
    const [base, ...others] = await readResults(files);
    const odd = others.find(({ result }) => result.experiment !== base!.result.experiment);
    if (odd)
      throw badOption(
        `${odd.file} is of the experiment ${odd.result.experiment}, ${base!.file} of ${base!.result.experiment}`,
      );
    const compared = others.map(({ file, result }) => ({
      base: base!.file,
      other: file,
      comparison: compareResults(base!.result, result),
    }));
    if (settings.flag('json')) {
      process.stdout.write(`${JSON.stringify({ schema: 1, comparisons: compared })}\n`);
      return;
    }
    for (const { other, comparison } of compared) {
      const { groups, circumstances, verdict } = comparison;
      process.stdout.write(`${other} against ${base!.file}\n${renderTable(groups.map(row))}`);
      for (const { what, base: before, other: after } of circumstances)
        process.stdout.write(`they differ in ${what} too: ${before} and ${after}\n`);
      process.stdout.write(`${verdict}\n`);
    }
  },
};

const FINDINGS = {
  slower: 'slower',
  faster: 'faster',
  'not-shown': 'not shown by these data',
  'too-few': 'too few units',
};

function row({ group, n, units, mediansMs, ratio, chanceSlower, finding }: GroupComparison) {
  return {
    group,
    n: n.join(' / '),
    units: units.join(' / '),
    baseMs: mediansMs.base,
    otherMs: mediansMs.other,
    ratio: ratio?.value,
    low: ratio?.low,
    high: ratio?.high,
    chanceSlower,
    finding: FINDINGS[finding],
  };
}
