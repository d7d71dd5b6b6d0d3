import { IdleLimit } from './idle-limit.ts';
import type { LawDefinition } from './law.ts';

/** Ends sandboxes that have been idle for longer than a limit. */
export const fixed: LawDefinition = {
  law: 'fixed',
  fields: ['limitMillis'],
  read: (fields) => {
    const limitMillis = fields.millis('limitMillis');
    return {
      parameters: { limitMillis },
      start: ({ scaled }) => new IdleLimit(() => scaled(limitMillis)),
    };
  },
};
