/** No function was measured before this: AWS Lambda dates from November 2014. */
const FIRST_UNIX_NANO = Date.UTC(2014, 0, 1) * 1e6;
/** How far a sender's clock may be ahead. */
const AHEAD_MILLIS = 5 * 60_000;

/**
 * Whether the times of a span are plausible: its end is not before its start, and both are between the year 2014 and
 * five minutes after its arrival.
 *
 * @param startUnixNano as a double, accurate to a quarter of a microsecond
 */
export function arePlausible(startUnixNano: number, endUnixNano: number, arrivalMillis: number): boolean {
  return startUnixNano >= FIRST_UNIX_NANO && endUnixNano <= (arrivalMillis + AHEAD_MILLIS) * 1e6;
}
