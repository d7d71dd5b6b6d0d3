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
    const { functions, starts } = await loadTechniques(store, window.scope);
    const shown = functions.slice(0, MOST_FUNCTIONS);
    const list = shown.flatMap((times) => {
      const { function: name } = times;
      const known = window.functions.get(name);
      if (known === undefined) return []; // it was first called after the window was read
      const sandboxes = known.lives.filter(({ sandboxId }) => sandboxId !== '').length;
      const use = { ...times, invocations: known.count, sandboxes };
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
      truncated: window.truncated || functions.length > shown.length,
      body: { techniques: list },
    };
  },
});
