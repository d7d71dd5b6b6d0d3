/** Notes that the table needs. */
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
- **Random choices, never at rest**: an idle time ends within seconds, and as many seem to be lost at once as go in the time between looks;
  no span tells them apart. Intervals of one second, from a share lost at once, held 25 % of the truths (seed 21, "exponential 600, random,
  never at rest"; oracle 98 %). Spread over the first minute they hold 82 %, at 18 s. What is left is late ends,
  and some that live: of 5 there it counts 0.8.
- **Lost spans**: over five seeds the number alive holds with 10 % and 30 % lost. Intervals are just below 95 % with 10 % lost, and
  1.7 points with 30 %, where the oracle holds 96.5 %. With 10 % lost and exponential lives, over three other seeds (21 to 23, 24 moments), 92 lived, of
  which the judge counts 85.4 and the oracle 87.2: 0.25 standard deviations a moment on average, as chance may have it, since some
  four live at once and the moments of a run hang together. Intervals hold 94.5 % | 95.5 % of 6,761. Tried without any gain: a survival that begins as much later
  as a second thinning moves the last use (counts 27.5 | 28.1 of 31 in place of 27.3 | 27.9, seed 21). With 30 % lost, a tenth of
  the sandboxes went before the interval that is given: the law seems to begin some 100 s late. Tried without any gain: the
  same delay in the evidence (fewer of the late ends held). What helped: a cold start that was seen by itself is no weak sign (of
  those ends, a third less).
- **A law that changes** in the middle of a day is noticed within a few sandboxes of the moment, and each time is judged by
  its own: of the two scenarios (seed 21, before | after this was done) intervals cover 0.973 | 0.975 at a median width of 370 | 32 s
  and 0.938 | 0.974 at 160 | 160 s, the keep-alive is 1.34 | 1.02 and 0.55 | 1.00 of the truth, and no family is wrong. With
  fewer than 40 ends on either side it is not looked for. In 29 scenarios whose law stays none was found.
- **Maximum age**: what goes by age is told from what goes by idleness where sandboxes that hardly idle go when they are old. Of "maximum
  age 2 h, never at rest", seed 21, all 47 that went by age have it as their cause and none of the 253 others; their intervals held
  45 of 47 at a median width of 205 s before, and hold all at 15 s. Where few get as old (bursts, busy) nothing is told of age.
- **Cost**: 20,000 sandboxes and ten million calls took 42 s of CPU when each choice was held against each sandbox, and take a
  sixth of that since they are summed once. Half of what is left reads the calls, the other half is the law and the signs
  (section \`judging\` below). The parts of this page were measured one after the other on one day.`;
