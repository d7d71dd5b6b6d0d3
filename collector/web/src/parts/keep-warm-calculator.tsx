import type { ReactNode } from 'react';
import { PLANS } from '../../../src/prices/plans.ts';
import type { KeepWarmAnswer, KeepWarmEntry } from '../api/answers.ts';
import type { Answer } from '../api/use-answer.ts';
import { Picture } from '../frame/picture.tsx';
import { avoidedAlways, intervals, longestWithin, planOf } from '../keep-warm-plan.ts';
import type { Curve, PingPlan } from '../keep-warm-plan.ts';
import { keepWarmVerdict, pingPlanVerdict } from '../verdicts.ts';
import { count, counted, duration, interval, money, share } from '../words.ts';
import type { PingSetting } from './use-ping-setting.ts';

/** Shares of pings that may come too late. */
const TARGETS = [0.001, 0.01, 0.05, 0.1, 0.25] as const;

interface Props {
  readonly answer: Answer<KeepWarmAnswer>;
  /** With the number of sandboxes and the price plan that were chosen. */
  readonly advised: KeepWarmEntry | undefined;
  readonly curve: Curve;
  readonly setting: PingSetting;
}

/** What would keep it warm? Answers while the slider moves, from the curve that is already there. */
export function KeepWarmCalculator({ answer, advised, curve, setting }: Props): ReactNode {
  const intervalMs = setting.intervalMs ?? advised?.pingIntervalMs;
  const plan = advised && intervalMs !== undefined ? planOf(curve, advised, intervalMs) : undefined;
  const isAdvised = intervalMs === advised?.pingIntervalMs;
  return (
    <Picture
      name="keep-warm-advice"
      question="What would keep it warm?"
      verdict={advised && plan && !isAdvised ? pingPlanVerdict(plan, advised) : keepWarmVerdict(advised)}
      isSmall
      answer={answer}
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
        rows: (answer.data?.functions ?? []).map((one) => [
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
        advised && {
          n: counted(advised.coldStartsAMonth.n, 'call'),
          restsOn: advised.restsOn.join('; '),
          wrongIf: 'pings do not overlap, so fewer stay warm',
        }
      }
    >
      {advised && plan && (
        <>
          <Controls advised={advised} plan={plan} curve={curve} setting={setting} />
          <Choices advised={advised} plan={plan} curve={curve} isAdvised={isAdvised} />
        </>
      )}
    </Picture>
  );
}

interface PlanProps {
  readonly advised: KeepWarmEntry;
  readonly plan: PingPlan;
  readonly curve: Curve;
}

function Controls({
  advised,
  plan,
  curve,
  setting,
}: PlanProps & { readonly setting: PingSetting }): ReactNode {
  const { stepMs, mostMs } = intervals(curve);
  const { platform } = advised.deployment;
  const plans = PLANS.filter(({ platforms }) => platform === undefined || platforms.includes(platform));
  const used = advised.plan;
  return (
    <div className="calculator">
      <label className="wide">
        <span>
          Ping every <b>{duration(plan.intervalMs)}</b>: {share(plan.late.value)} come too late (
          {interval(plan.late.low, plan.late.high, share)})
        </span>
        <input
          type="range"
          min={stepMs}
          max={mostMs}
          step={stepMs}
          value={Math.min(mostMs, plan.intervalMs)}
          aria-valuetext={`every ${duration(plan.intervalMs)}`}
          onChange={({ target: { value } }) => setting.drag(Number(value))}
          onPointerUp={setting.release}
          onKeyUp={setting.release}
          onBlur={setting.release}
        />
      </label>
      <label>
        <span>Late at most</span>
        <select
          className="control"
          value=""
          onChange={({ target: { value } }) =>
            setting.keep({ ping: value === 'advised' ? undefined : longestWithin(curve, Number(value)) })
          }
        >
          <option value="" disabled>
            {`${share(plan.late.high)} now`}
          </option>
          <option value="advised">as advised</option>
          {TARGETS.filter((target) => longestWithin(curve, target) !== undefined).map((target) => (
            <option key={target} value={target}>
              {share(target)}
            </option>
          ))}
        </select>
      </label>
      <label>
        <span>Sandboxes held</span>
        <input
          className="control"
          type="number"
          min={1}
          max={1000}
          defaultValue={setting.hold}
          onChange={({ target: { value } }) =>
            Number(value) >= 1 && setting.keep({ hold: Math.round(Number(value)) })
          }
        />
      </label>
      <label>
        <span>Prices</span>
        <select
          className="control"
          value={setting.plan ?? used?.name ?? ''}
          onChange={({ target: { value } }) => setting.keep({ plan: value })}
        >
          {used === undefined && <option value="">none is known</option>}
          {used && !plans.some(({ name }) => name === used.name) && (
            <option value={used.name}>{`${used.title}, ${used.date}`}</option>
          )}
          {plans.map(({ name, title, date }) => (
            <option key={name} value={name}>{`${title}, ${date}`}</option>
          ))}
        </select>
      </label>
    </div>
  );
}

/** The chosen plan, compared with doing nothing, with the advised plan, and with provisioned sandboxes. */
function Choices({
  advised,
  plan,
  curve,
  isAdvised,
}: PlanProps & { readonly isAdvised: boolean }): ReactNode {
  const { value: all } = advised.coldStartsAMonth;
  const currency = advised.plan?.currency;
  const always = avoidedAlways(curve, advised);
  const usual = isAdvised ? undefined : planOf(curve, advised, advised.pingIntervalMs ?? 0);
  const left = (avoided: number | undefined): string =>
    all === undefined || avoided === undefined ? 'not told' : count(Math.max(0, all - avoided));
  const leftOf = ({ avoided }: PingPlan): ReactNode => (
    <>
      {left(avoided?.value)}
      {avoided && all !== undefined && (
        <span className="second">
          {interval(Math.max(0, all - avoided.high), Math.max(0, all - avoided.low), count)}
        </span>
      )}
    </>
  );
  const words = ({ atOnce, intervalMs }: PingPlan): string =>
    `${count(atOnce)} every ${duration(intervalMs)}`;
  const price = (amount: number | undefined): string =>
    amount === undefined ? 'no price' : money(amount, currency);
  return (
    <table className="data">
      <thead>
        <tr>
          <th scope="col">Choice</th>
          <th scope="col" className="num">
            Cold starts a month
          </th>
          <th scope="col" className="num">
            Costs a month
          </th>
        </tr>
      </thead>
      <tbody>
        <tr>
          <td>Nothing</td>
          <td className="num">{left(0)}</td>
          <td className="num">{price(0)}</td>
        </tr>
        <tr className="is-chosen">
          <td>
            <b>{words(plan)}</b>
            {isAdvised && <span className="second">as advised</span>}
          </td>
          <td className="num">{leftOf(plan)}</td>
          <td className="num">{price(plan.cost)}</td>
        </tr>
        {usual && (
          <tr>
            <td>
              {words(usual)}
              <span className="second">as advised</span>
            </td>
            <td className="num">{leftOf(usual)}</td>
            <td className="num">{price(usual.cost)}</td>
          </tr>
        )}
        <tr>
          <td>{`Provisioned, ${count(advised.hold)}`}</td>
          <td className="num">{left(always)}</td>
          <td className="num">{price(advised.provisionedCostAMonth)}</td>
        </tr>
      </tbody>
    </table>
  );
}
