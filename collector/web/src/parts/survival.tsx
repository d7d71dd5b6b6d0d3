import { useMemo } from 'react';
import type { ReactNode } from 'react';
import type { KeepWarmAnswer, SurvivalAnswer, SurvivalEntry } from '../api/answers.ts';
import { urlOf } from '../api/client.ts';
import { useSlowAnswer } from '../api/use-answer.ts';
import { Chart } from '../canvas/chart.tsx';
import { drawSurvival, SURVIVAL_HEIGHT } from '../charts/survival.ts';
import { Picture } from '../frame/picture.tsx';
import { NotEnough } from '../frame/states.tsx';
import { ENOUGH_DEATHS, placeWords, survivalVerdict } from '../verdicts.ts';
import { counted, share } from '../words.ts';
import { KeepWarmCalculator } from './keep-warm-calculator.tsx';
import { usePingSetting } from './use-ping-setting.ts';
import { useScope } from './use-scope.ts';
import { estimateColumns } from '../frame/table.tsx';

/** The curve of one deployment, the laws it follows, and what would keep it warm. */
export function Survival(): ReactNode {
  const { query } = useScope();
  const setting = usePingSetting();
  const answer = useSlowAnswer<SurvivalAnswer>(urlOf('survival', query));
  const warm = useSlowAnswer<KeepWarmAnswer>(urlOf('keep-warm', { ...query, ...setting.query }));
  const entry = answer.data?.functions.toSorted(
    (a, b) => b.keepAlive.expectedDeaths - a.keepAlive.expectedDeaths,
  )[0];
  const advised =
    warm.data?.functions.find((one) => one.function === entry?.function) ?? warm.data?.functions[0];
  const pingMs = setting.intervalMs ?? advised?.pingIntervalMs;
  const draw = useMemo(() => entry && drawSurvival(entry, pingMs), [entry, pingMs]);
  const laws = (entry?.laws ?? []).toSorted((a, b) => b.weight - a.weight);
  const deaths = entry?.keepAlive.expectedDeaths ?? 0;
  const verdict = entry ? survivalVerdict(entry) : 'How long an idle sandbox lives is not known yet.';
  return (
    <div className="columns two-one">
      <Picture
        name="survival"
        question={`How long does an idle sandbox live?${query['function'] === undefined && entry ? ` (${entry.function})` : ''}`}
        verdict={verdict}
        answer={answer}
        legend={[
          { mark: 'line', colour: 'cold', label: 'share still alive, with its 95 % band' },
          { mark: 'pale-hatch', colour: 'rule', label: 'not learnt: no idle time this long was seen' },
        ]}
        {...(draw && { png: { draw, height: SURVIVAL_HEIGHT } })}
        table={{
          columns: [{ label: 'Idle', unit: 'ms' }, ...estimateColumns('Still there', '1')],
          rows: (entry?.curve ?? []).map(({ idleMs, kept, low, high }) => [idleMs, kept, low, high]),
        }}
        evidence={
          entry && {
            n: `about ${counted(Math.round(deaths), 'end')} by idleness${entry.deployment.platform === undefined ? '' : `, ${placeWords(entry.deployment)}`}`,
            restsOn: entry.restsOn.join('; '),
            wrongIf: 'warm sandboxes are stopped by something other than idling',
          }
        }
        {...((entry?.curve.length ?? 0) < 2 && {
          instead: (
            <NotEnough
              what="The curve is not known yet."
              have={deaths}
              need={ENOUGH_DEATHS}
              of="ends by idleness"
              said={entry?.missing[0]?.what}
            />
          ),
        })}
      >
        {draw && <Chart draw={draw} height={SURVIVAL_HEIGHT} label={verdict} />}
      </Picture>
      <div className="stack">
        <KeepWarmCalculator answer={warm} advised={advised} curve={entry?.curve ?? []} setting={setting} />
        <Picture
          name="laws"
          question="By which law are idle sandboxes let go?"
          verdict={lawVerdict(entry)}
          isSmall
          answer={answer}
          table={{
            columns: [{ label: 'Law' }, { label: 'Weight', unit: '1' }],
            rows: laws.map(({ law, weight }) => [law, weight]),
          }}
        >
          <table className="data">
            <tbody>
              {laws.slice(0, 5).map(({ law, weight }) => (
                <Fact key={law} words={law.replaceAll('-', ' ')} value={share(weight)} />
              ))}
            </tbody>
          </table>
        </Picture>
      </div>
    </div>
  );
}

function Fact({ words, value }: { readonly words: string; readonly value: string }): ReactNode {
  return (
    <tr>
      <td>{words}</td>
      <td className="num">{value}</td>
    </tr>
  );
}

const WHY_NOT: Readonly<Record<string, string>> = {
  'few-deaths': 'too few ended idle',
  'families-tie': 'several laws fit alike',
  wide: 'the interval is too wide',
  'beyond-what-was-seen': 'no idle time that long was seen',
};

function lawVerdict(entry: SurvivalEntry | undefined): string {
  const { family, reason, weight } = entry?.keepAlive ?? {};
  if (family === undefined || family === 'not-identified')
    return `Not identified yet${reason === undefined ? '' : `: ${WHY_NOT[reason] ?? reason.replaceAll('-', ' ')}`}.`;
  return `${family.charAt(0).toUpperCase()}${family.slice(1).replaceAll('-', ' ')}${weight === undefined ? '' : `, with ${share(weight)} of the weight`}.`;
}
