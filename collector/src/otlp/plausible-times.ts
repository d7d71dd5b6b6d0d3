/** No function was measured before this: AWS Lambda is of November 2014. */
const FIRST_UNIX_NANO = Date.UTC(2014, 0, 1) * 1e6;
/** A sender's clock may be ahead by so much. */
const AHEAD_MILLIS = 5 * 60_000;

/**
 * Whether a span may have begun and ended then, its end not before its start: between the year 2014 and five minutes after its
 * arrival.
 *
 * @param startUnixNano as a double, good to a quarter of a microsecond
 */
export function arePlausible(startUnixNano: number, endUnixNano: number, arrivalMillis: number): boolean {
  return startUnixNano >= FIRST_UNIX_NANO && endUnixNano <= (arrivalMillis + AHEAD_MILLIS) * 1e6;
}
