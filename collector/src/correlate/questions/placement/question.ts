import { groupBy } from '../../lifelines.ts';
import { defineQuestion } from '../question.ts';
import { loadPlaced } from './evidence.ts';
import { judgePlacement } from './judge.ts';
import { answer } from './schema.ts';

/** Where the platform places sandboxes. */
export const placement = defineQuestion({
  name: 'placement',
  operationId: 'getPlacement',
  summary: 'Where sandboxes are placed: distinct hosts, co-location, spread or pack, kinds of machines',
  description:
    'For each platform, region and account, over all selected functions together. If hosts cannot be known, the answer says why. ' +
    'Method and worked example: docs/questions/placement.md.',
  tag: 'hosts',
  asked: {},
  answer,
  list: 'platforms',
  ask: async ({ store, window: judged }) => {
    const window = await judged();
    const placed = await loadPlaced(store, window);
    const groups = groupBy(placed, ({ platform, region, accountId }) =>
      JSON.stringify([platform, region, accountId]),
    );
    const platforms = [...groups.values()].flatMap((own) => {
      const [first] = own;
      const { platform = '', region = '', accountId = '' } = first ?? {};
      const found = judgePlacement(own);
      return [
        {
          ...(platform !== '' && { platform }),
          ...(region !== '' && { region }),
          ...(accountId !== '' && { accountId }),
          ...found,
          confidence: [...found.confidence],
          packing: [...found.packing],
          classes: [...found.classes],
          restsOn: [...found.restsOn],
          missing: [...found.missing],
        },
      ];
    });
    platforms.sort((a, b) => b.sandboxes - a.sandboxes);
    return { scope: window.scope, truncated: window.truncated, body: { platforms } };
  },
});
