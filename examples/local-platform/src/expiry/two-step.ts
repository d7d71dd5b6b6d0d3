import { drawKeys, IdleLimit, readDrawn } from './idle-limit.ts';
import type { LawDefinition } from './law.ts';

/** Ends a share of the sandboxes at a first limit and the rest at a second one. */
export const twoStep: LawDefinition = {
  law: 'two-step',
  fields: ['firstMillis', 'secondMillis', 'firstRatio', 'drawn'],
  read: (fields) => {
    const firstMillis = fields.millis('firstMillis');
    const secondMillis = fields.millis('secondMillis');
    if (secondMillis <= firstMillis) fields.fail('secondMillis', `longer than ${fields.path('firstMillis')}`);
    const firstRatio = fields.number('firstRatio', 0.5, 0, 1);
    const drawn = readDrawn(fields);
    return {
      parameters: { firstMillis, secondMillis, firstRatio, drawn },
      start: ({ scaled, draw }) =>
        new IdleLimit((sandbox) => {
          const isFirst = draw('two-step', ...drawKeys(drawn, sandbox)) < firstRatio;
          return scaled(isFirst ? firstMillis : secondMillis);
        }),
    };
  },
};
