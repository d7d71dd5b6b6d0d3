/** The collector's main promises, once each; `faults.long.test.ts` has the others, and more often. */
import { CORE_FAULTS } from './index.ts';
import { itSurvives } from './it-survives.ts';

itSurvives(CORE_FAULTS.map((fault) => ({ fault, rounds: 1 })));
