/** Notes that the table needs. */
export const NOTES = `Where a line is missed, the scenario below says whether the oracle misses it too. What is known about the misses:

- **Keep-alive within 5 %**: about 440 exponential lifetimes determine the half-life only to 1 / √440 = 4.8 %, one standard
  deviation. The line compares with the best possible estimate: from the *true* idle times of the same sandboxes, including their
  ends, by someone who knows that the law is exponential. The other families are within 5 %, except for thresholds that few
  observations are near. The stated interval has a line of its own.
- **Width of eviction intervals**: the missed cells are those in which the oracle knows something that no span shows: the law of
  a batch of one (halving); how sharp a step is that about 60 sandboxes followed (steady and sparse loads, where the law is not
  named); and two-step laws, whose intervals contain one step or both, so that the median jumps between them.
- **Few sandboxes a day** (steady and sparse loads, 50 to 200 ends): the law is not named, but the intervals still use the average
  of the laws. A sharp step that fits by chance makes them too narrow for a soft one in single runs (0.6 of the truths in one
  of three). Pooled over runs they have their stated coverage.
- **Halving with batches of one** (steady, sparse) shows no period: the intervals of the oracle cover as little. The keep-alive is
  then compared with the time by which half of the true idle times had ended.
- **Pick order**: the answer is \`unknown\` where random choices fit neither chance nor a rule. No order is mistaken for another.
- **Random choices, never at rest**: idle times end within seconds. As many sandboxes seem to be lost at once as are evicted between two
  observations, and no span distinguishes the two. Intervals of one second, which assumed a share lost at once, contained 25 % of the truths
  (seed 21, "exponential 600, random, never at rest"; oracle 98 %). Spread over the first minute they contain 82 %, at 18 s. The
  remaining misses are late ends, and some sandboxes that are alive: of 5 there it counts 0.8.
- **Lost spans**: over five seeds, the number alive is right with 10 % and 30 % lost. The coverage of intervals is just below 95 % with
  10 % lost, and 1.7 points below with 30 %, where the oracle has 96.5 %. With 10 % lost and exponential lifetimes, over three other seeds (21
  to 23, 24 moments), 92 were alive; the judge counts 85.4 and the oracle 87.2. That is 0.25 standard deviations per moment on average,
  which is compatible with chance, because about four are alive at once and the moments of a run are dependent. Intervals cover
  94.5 % | 95.5 % of 6,761. Tried without gain: a survival that begins later by as much as a second thinning moves the last use
  (counts 27.5 | 28.1 of 31 instead of 27.3 | 27.9, seed 21). With 30 % lost, a tenth of the sandboxes ended before the stated
  interval: the law seems to begin about 100 s late. Tried without gain: the same delay in the evidence (fewer of the late ends were
  covered). What helped: an isolated cold start is not a weak sign (a third fewer of those ends).
- **A law that changes** in the middle of a day is noticed within a few sandboxes of the moment, and each period is judged by its
  own law. In the two scenarios (seed 21, before | after this was added) intervals cover 0.973 | 0.975 at a median width of
  370 | 32 s and 0.938 | 0.974 at 160 | 160 s; the keep-alive is 1.34 | 1.02 and 0.55 | 1.00 of the truth; and no family is
  wrong. With fewer than 40 ends on either side no change is searched for. In 29 scenarios with a constant law none was found.
- **Maximum age**: evictions by age can be distinguished from evictions by idleness where sandboxes that are hardly idle are
  evicted when they are old. In "maximum age 2 h, never at rest", seed 21, all 47 evictions by age have it as their cause, and none of the
  253 others. Their intervals contained 45 of 47 at a median width of 205 s before, and now contain all at 15 s. Where few sandboxes
  get that old (bursts, busy), nothing is reported about age.
- **Cost**: judging 20,000 sandboxes and ten million calls took 42 s of CPU when each choice was compared with each sandbox. It takes
  a sixth of that since choices are summed once. Half of the rest is reading the calls, the other half is the law and the signs
  (section \`judging\` below). A day of 200 ordinary functions is beyond a second even where the law is given and nothing is
  fitted: that is what the calls themselves cost, their choices and the fates of 37,000 sandboxes. The parts of this page were measured one after the other on one day.`;
