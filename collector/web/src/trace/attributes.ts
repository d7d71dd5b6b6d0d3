import { bytes, duration } from '../words.ts';
import type { Attribute, TraceSpan } from './spans.ts';

export interface Group {
  readonly title: string;
  readonly facts: readonly { readonly term: string; readonly value: string; readonly key: string }[];
}

const GROUPS: readonly (readonly [string, RegExp])[] = [
  ['Why it was cold', /^(?:faas\.coldstart|sandscope\.init\.|sandscope\.pool)/],
  [
    'The sandbox',
    /^(?:sandscope\.sandbox\.|sandscope\.process\.|faas\.|process\.|sandscope\.window|sandscope\.shutdown|sandscope\.invocation)/,
  ],
  [
    'Its machine',
    /^(?:sandscope\.(?:host|kernel|machine\.virtual|machine\.clock_source|platform)|host\.|cloud\.|os\.)/,
  ],
  ['Processor', /^sandscope\.(?:cpu|cgroup|machine\.cpu|context_switches|scheduler|steal)/],
  ['Memory', /^sandscope\.(?:memory|faults|heap|gc)/],
  [
    'I/O',
    /^(?:sandscope\.(?:io|network|http|tmp|dns|tls|tcp)|http\.|url\.|server\.|network\.|db\.|rpc\.|messaging\.)/,
  ],
  [
    'Clock and telemetry',
    /^(?:sandscope\.(?:clock|export|overhead|trigger|dropped)|telemetry\.|error\.|exception\.)/,
  ],
];

const UNITS: readonly (readonly [RegExp, (value: number) => string])[] = [
  [/_unix_ms$/, (value) => new Date(value).toISOString()],
  [/_ms$/, duration],
  [/_us$/, (value) => duration(value / 1000)],
  [/_bytes$|max_memory$/, bytes],
];

/** `sandscope.memory.peak_rss_bytes` is `memory peak rss`. */
function termOf(key: string): string {
  const bare = key.replace(/^sandscope\./, '').replace(/_(?:unix_ms|ms|us|bytes|ticks)$/, '');
  return bare.replaceAll(/[._]/g, ' ');
}

function valueOf({ key, value }: Attribute): string {
  const say = UNITS.find(([pattern]) => pattern.test(key))?.[1];
  const number = Number(value);
  if (say && value !== '' && Number.isFinite(number)) return say(number);
  return value === 'true' ? 'yes' : value === 'false' ? 'no' : value;
}

/** The attributes of a span and its resource in plain words, grouped by topic; then all of them as received. */
export function groupsOf({
  attributes,
  resource,
}: Pick<TraceSpan, 'attributes' | 'resource'>): readonly Group[] {
  const own = new Set(attributes.map(({ key }) => key));
  const all = [...attributes, ...resource.filter(({ key }) => !own.has(key))];
  const used = new Set<string>();
  return GROUPS.map(([title, pattern]) => ({
    title,
    facts: all
      .filter(({ key }) => pattern.test(key) && !used.has(key))
      .map((attribute) => {
        used.add(attribute.key);
        return { term: termOf(attribute.key), value: valueOf(attribute), key: attribute.key };
      }),
  })).filter(({ facts }) => facts.length > 0);
}
