/** Charts of experiments about hosts: sandboxes on each. */
import type { ProbeResult } from '@sandscope/probes/outside';
import { amountScale, slotAxis, valueAxis } from '../options.ts';
import type { ChartContext, Picture } from '../picture.ts';
import { sketch } from '../sketch.ts';
import type { Shape } from '../sketch.ts';
import { count, counted, name, range, share } from '../words.ts';
import { panelsOption, pictureOf } from './common.ts';
import type { Parts } from './common.ts';

/** More do not fit side by side. */
const MOST_HOSTS = 40;

/** Sandboxes that lived at once, by host. */
export function placement(result: ProbeResult<'placement'>, context: ChartContext): Picture {
  const { hosts, sandboxes, rounds, pValue } = result.summary;
  return hostBars(result, context, hosts, {
    chart: 'placement',
    question: 'Are sandboxes that live at once spread over hosts, or packed?',
    yName: 'sandboxes at once',
    restsOn: `${counted(sandboxes, 'sandbox', 'sandboxes')} of ${counted(rounds, 'round')}${pValue === undefined ? '' : `; a placement by chance is this even or uneven with p ${pValue < 0.001 ? '< 0.001' : `= ${pValue.toPrecision(2)}`}`}`,
    wrongIf: 'hosts that gave no sandbox to this function were among those to choose from',
  });
}

/** Sandboxes seen on each host in the whole run. */
export function hopping(result: ProbeResult<'hopping'>, context: ChartContext): Picture {
  const { hosts, hopRate, distinctHosts } = result.summary;
  const { low, high } = hopRate;
  return hostBars(result, context, hosts, {
    chart: 'hopping',
    question: 'On how many hosts does the function run?',
    yName: 'sandboxes seen',
    ...(low !== undefined &&
      high !== undefined && { interval: `${range(low, high, share)} of steady calls on another host` }),
    restsOn: `${counted(hosts.length, 'host')} seen${distinctHosts.value === undefined ? '' : `, ${count(distinctHosts.value)} estimated`}`,
    wrongIf: 'hosts that never gave a sandbox to this function exist as well',
  });
}

function hostBars(
  result: ProbeResult,
  context: ChartContext,
  hosts: readonly { readonly hostId: string; readonly sandboxes: number }[],
  {
    yName,
    ...said
  }: Pick<Parts, 'chart' | 'question' | 'interval' | 'restsOn' | 'wrongIf'> & { readonly yName: string },
): Picture {
  const shown = hosts.slice(0, MOST_HOSTS);
  const scale = amountScale(shown.map(({ sandboxes }) => sandboxes));
  return pictureOf(result, {
    ...said,
    legend: [{ mark: 'bar', colour: 'c1', label: yName }],
    height: 270,
    ...(shown.length > 0 && {
      option: panelsOption(
        context,
        [
          {
            top: 12,
            height: 202,
            x: slotAxis(
              context,
              shown.map(({ hostId }) => name(hostId, 14)),
              { name: shown.length < hosts.length ? `host, ${shown.length} of ${hosts.length}` : 'host' },
            ),
            y: valueAxis(context, {
              ...scale,
              marks: scale.marks.filter(Number.isInteger),
              say: count,
              name: yName,
            }),
          },
        ],
        [
          sketch('hosts', (at) => {
            const half = Math.min(36, (at(1, 0)[0] - at(0, 0)[0]) * 0.3);
            return shown.map(({ sandboxes }, place): Shape => {
              const [x, bottom] = at(place, 0);
              const top = at(place, sandboxes)[1];
              return {
                type: 'rect',
                shape: { x: x - half, y: top, width: 2 * half, height: bottom - top },
                style: { fill: context.tokens.c1 },
              };
            });
          }),
        ],
      ),
    }),
    table: {
      columns: [{ label: 'host' }, { label: yName, unit: '1' }],
      rows: hosts.map(({ hostId, sandboxes }) => [name(hostId), sandboxes]),
    },
  });
}
