/** What the table does not say by itself. */
export const NOTES = `Where a line is missed, the scenario below says whether the oracle misses it too. What is known of the misses:

- **Keep-alive within 5 %**: of some 440 exponential lives the half-life cannot be known better than to 1 / √440 = 4.8 %, one
  standard deviation. The line says how often the best estimate is within 5 % that can be made from the *true* idle times of the
  same sandboxes, ends included, by who knows that the law is exponential. The other families are within 5 % but for
  thresholds that few looks are near. Its stated interval is a line of its own.
- **Width of eviction intervals**: what is missed are cells in which the oracle knows what no span tells: which law a batch of
  one follows (halving), how sharp a step is that some 60 sandboxes went by (steady and sparse loads, where the law is not
  named), and two-step laws, whose intervals hold one step or both, so that the median jumps from one to the other.
- **Few sandboxes a day** (steady and sparse loads, 50 to 200 ends): the law is not named, but the intervals still rest on
  the average of laws. A sharp step that fits by chance makes them too narrow for a soft one in single runs (0.6 of the
  truths in one of three); pooled they hold what they say.
- **Halving with batches of one** (steady, sparse) has no period to be seen: the oracle's intervals cover as little. The keep-alive
  is then compared with the time by which half of the true idle times had ended.
- **Pick order**: \`unknown\` is said where random choices fit neither chance nor a rule; no order is taken for another.
- **Lost spans**: of exponential lives with 30 % lost, a tenth of the sandboxes went before the interval that is given: the law
  seems to begin some 100 s late. Tried without any gain: evidence in which the last use is moved by what a second
  thinning moves it (the same delay; fewer of the late ends held). What helped: a cold start that was seen by itself is no weak
  sign (of those ends, a third less).
- **A law that changes** in the middle of a day is noticed within a few sandboxes of the moment, and each time is judged by
  its own: of the two scenarios (seed 21, before | after this was done) intervals cover 0.973 | 0.975 at a median width of 370 | 32 s
  and 0.938 | 0.974 at 160 | 160 s, the keep-alive is 1.34 | 1.02 and 0.55 | 1.00 of the truth, and no family is wrong. With
  fewer than 40 ends on either side it is not looked for. In 29 scenarios whose law stays none was found.
- **Maximum age** is not a cause of an eviction of its own: what goes by age is taken for idle. Cold starts do tell it.
- **Cost**: 20,000 sandboxes and ten million calls took 42 s of CPU when each choice was held against each sandbox, and take a
  fifth of that since they are summed once. Half of what is left reads the calls (4 s), the other half is the law and the signs
  (\`judgeCost\` in \`test/accuracy/cost.ts\`, on two cores that were shared with much else; this bench runs it without \`--no-cost\`).`;
