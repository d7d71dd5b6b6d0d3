import { lifelineKey } from '../../lifelines.ts';
import { defineQuestion } from '../question.ts';
import { loadTechniques } from './evidence.ts';
import { judgeTechniques } from './judge.ts';
import { answer } from './schema.ts';

const MOST_FUNCTIONS = 200;

/** The platform's techniques against cold starts. */
export const techniques = defineQuestion({
  name: 'techniques',
  operationId: 'listTechniques',
  summary: 'What the platform does against cold starts: reuse, runtime pooling, prewarming, prefetching',
  description:
    'For each function, whether its spans show the technique, with the evidence. Method and worked example: docs/questions/techniques.md.',
  tag: 'sandboxes',
  asked: {},
  answer,
  list: 'techniques',
  ask: async ({ store, window: judged }) => {
    const window = await judged();
    const { warmMs, coldMs, starts } = await loadTechniques(store, window.scope, window.plan !== undefined);
    const ranked = [...window.functions].sort(
      ([a, one], [b, other]) => other.count - one.count || (a < b ? -1 : 1),
    );
    const shown = ranked.slice(0, MOST_FUNCTIONS);
    const list = shown.flatMap(([name, { count, lives }]) => {
      const sandboxes = lives.filter(({ sandboxId }) => sandboxId !== '').length;
      const use = { invocations: count, sandboxes, warmMs: warmMs.get(name), coldMs: coldMs.get(name) };
      const own = starts.get(name) ?? [];
      const hostOf = (environment: string): string | undefined =>
        window.hosts.get(lifelineKey({ function: name, environment }))?.id;
      return judgeTechniques(use, own, hostOf).map((found) =>
        Object.assign({ function: name, starts: own.length }, found, {
          evidence: [...found.evidence],
          missing: [...found.missing],
          restsOn: [`${use.invocations} calls and ${own.length} starts of ${name}`],
        }),
      );
    });
    return {
      scope: window.scope,
      truncated: window.truncated || ranked.length > shown.length,
      body: { techniques: list },
    };
  },
});
