import type { ProbeResult } from '@sandscope/probes/outside';
import { shareAxis, slotAxis } from '../options.ts';
import type { ChartContext, Picture } from '../picture.ts';
import { name } from '../words.ts';
import { cellsOf, ESTIMATE_COLUMNS, estimates, panelsOption, pictureOf, rowOf } from './common.ts';

/** Its estimate is a time and no share. */
const TIMED = 'prefetching';

/** What was seen of each technique against cold starts. */
export function techniques(result: ProbeResult<'techniques'>, context: ChartContext): Picture {
  const all = result.summary.techniques;
  const shares = all.flatMap(({ technique, estimate }, place) =>
    technique === TIMED || estimate === undefined ? [] : [{ x: place, estimate }],
  );
  const timed = all.find(({ technique }) => technique === TIMED);
  return pictureOf(result, {
    chart: 'techniques',
    question: 'What does the platform do against cold starts?',
    legend: [
      {
        mark: 'whisker',
        colour: 'c1',
        label: 'share with signs of it, 95 % interval: of calls again for reuse, of new sandboxes otherwise',
      },
    ],
    height: 270,
    ...(all.length > 0 && {
      option: panelsOption(
        context,
        [
          {
            top: 12,
            height: 202,
            x: slotAxis(
              context,
              all.map(({ technique, verdict }) => `${technique}: ${verdict}`),
              { name: 'technique, and the verdict on it' },
            ),
            y: shareAxis(context, { max: 1, marks: [0, 0.25, 0.5, 0.75, 1], name: 'share with signs of it' }),
          },
        ],
        estimates('signs', shares, context, { colour: 'c1' }),
      ),
    }),
    restsOn: `what new sandboxes reported about themselves${timed ? `; for prefetching: ${name(timed.evidence, 160)}` : ''}`,
    wrongIf: 'the clock of a sandbox was set while it started',
    table: {
      columns: [
        { label: 'technique' },
        { label: 'verdict' },
        ...ESTIMATE_COLUMNS('share (prefetching: ms)', '1'),
        { label: 'evidence' },
      ],
      rows: all.map(({ technique, verdict, estimate, evidence }) =>
        rowOf(
          technique,
          verdict,
          estimate ? cellsOf(estimate) : [undefined, undefined, undefined, undefined],
          name(evidence, 160),
        ),
      ),
    },
  });
}
