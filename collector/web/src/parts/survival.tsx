import { useMemo } from 'react';
import type { ReactNode } from 'react';
import type { KeepWarmAnswer, SurvivalAnswer, SurvivalEntry } from '../api/answers.ts';
import { urlOf } from '../api/client.ts';
import { useAnswer } from '../api/use-answer.ts';
import { Chart } from '../canvas/chart.tsx';
import { drawSurvival, SURVIVAL_HEIGHT } from '../charts/survival.ts';
import { Picture } from '../frame/picture.tsx';
import { NotEnough } from '../frame/states.tsx';
import { ENOUGH_DEATHS, keepWarmVerdict, placeWords, survivalVerdict } from '../verdicts.ts';
import { count, counted, duration, money, share } from '../words.ts';
import { useScope } from './use-scope.ts';

/** The curve of one deployment, the laws it follows, and what would keep it warm. */
export function Survival(): ReactNode {
  const { query } = useScope();
  const answer = useAnswer<SurvivalAnswer>(urlOf('survival', query), false);
  const warm = useAnswer<KeepWarmAnswer>(urlOf('keep-warm', query), false);
  const entry = answer.data?.functions.toSorted(
    (a, b) => b.keepAlive.expectedDeaths - a.keepAlive.expectedDeaths,
  )[0];
  const advice =
    warm.data?.functions.find((one) => one.function === entry?.function) ?? warm.data?.functions[0];
  const draw = useMemo(() => entry && drawSurvival(entry, advice), [entry, advice]);
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
          { mark: 'pale-hatch', colour: 'rule', label: 'not learnt: no gap this long' },
        ]}
        {...(draw && { png: { draw, height: SURVIVAL_HEIGHT } })}
        table={{
          columns: [
            { label: 'Idle', unit: 'ms' },
            { label: 'Still there', unit: '1' },
            { label: 'Low', unit: '1' },
            { label: 'High', unit: '1' },
          ],
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
        <Picture
          name="keep-warm-advice"
          question="What would keep it warm?"
          verdict={keepWarmVerdict(advice)}
          isSmall
          answer={warm}
          table={{
            columns: [
              { label: 'Function' },
              { label: 'Advice' },
              { label: 'Every', unit: 'ms' },
              { label: 'At once' },
              { label: 'Cold starts a month' },
              { label: 'Avoided a month' },
              { label: 'Pings cost a month' },
            ],
            rows: (warm.data?.functions ?? []).map((one) => [
              one.function,
              one.advice,
              one.pingIntervalMs,
              one.concurrentPings,
              one.coldStartsAMonth.value,
              one.avoidedAMonth?.value,
              one.pingCostAMonth,
            ]),
          }}
          evidence={
            advice && {
              n: counted(advice.coldStartsAMonth.n, 'cold start'),
              restsOn: advice.restsOn.join('; '),
              wrongIf: 'pings do not overlap, so fewer stay warm',
            }
          }
        >
          {advice && (
            <table className="data">
              <tbody>
                <Fact
                  words="Ping every"
                  value={advice.pingIntervalMs === undefined ? 'unknown' : duration(advice.pingIntervalMs)}
                />
                <Fact
                  words="At once"
                  value={advice.concurrentPings === undefined ? 'unknown' : count(advice.concurrentPings)}
                />
                <Fact
                  words="Outlasts a gap with"
                  value={advice.outlasts === undefined ? 'unknown' : share(advice.outlasts.value)}
                />
                <Fact words="Pings cost a month" value={priced(advice.pingCostAMonth)} />
                <Fact words="Provisioned instead" value={priced(advice.provisionedCostAMonth)} />
              </tbody>
            </table>
          )}
        </Picture>
        <Picture
          name="laws"
          question="Which law is it?"
          verdict={lawVerdict(entry)}
          isSmall
          answer={answer}
          table={{
            columns: [{ label: 'Law' }, { label: 'Weight', unit: '1' }],
            rows: (entry?.laws ?? []).map(({ law, weight }) => [law, weight]),
          }}
        >
          <table className="data">
            <tbody>
              {(entry?.laws ?? []).slice(0, 5).map(({ law, weight }) => (
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

const priced = (value: number | undefined): string => (value === undefined ? 'no price plan' : money(value));

function lawVerdict(entry: SurvivalEntry | undefined): string {
  const { family, reason, weight } = entry?.keepAlive ?? {};
  if (family === undefined || family === 'not-identified')
    return `Not identified yet${reason === undefined ? '' : `: ${reason.replaceAll('-', ' ')}`}.`;
  return `${family.charAt(0).toUpperCase()}${family.slice(1).replaceAll('-', ' ')}${weight === undefined ? '' : `, with ${share(weight)} of the weight`}.`;
}
