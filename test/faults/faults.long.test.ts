/** Each fault a few times. `npm run test:faults` makes them many times and writes docs/internals/reliability.md. */
import { FAULTS } from './index.ts';
import { itSurvives } from './it-survives.ts';

itSurvives(
  FAULTS.filter(({ shortRounds }) => shortRounds > 0).map((fault) => ({ fault, rounds: fault.shortRounds })),
);
