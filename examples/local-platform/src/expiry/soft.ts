import { drawKeys, IdleLimit, readDrawn } from './idle-limit.ts';
import type { LawDefinition } from './law.ts';

/**
 * Varying limits: their distribution is logistic around `limitMillis` with the scale `spreadMillis`, truncated at 0, so
 * that the share that survives an idle time g is (1 + e^(−T/s)) / (1 + e^((g−T)/s)).
 */
export const soft: LawDefinition = {
  law: 'soft',
  fields: ['limitMillis', 'spreadMillis', 'drawn'],
  read: (fields) => {
    const limitMillis = fields.millis('limitMillis');
    const spreadMillis = fields.millis('spreadMillis');
    const drawn = readDrawn(fields);
    return {
      parameters: { limitMillis, spreadMillis, drawn },
      start: ({ scaled, draw }) =>
        new IdleLimit((sandbox) => {
          const survival = draw('soft', ...drawKeys(drawn, sandbox));
          const odds = (1 + Math.exp(-limitMillis / spreadMillis)) / survival - 1;
          return scaled(limitMillis + spreadMillis * Math.log(odds));
        }),
    };
  },
};
