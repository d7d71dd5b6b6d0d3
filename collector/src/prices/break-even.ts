/**
 * Calls per hour at which a machine rented by the hour costs as much as functions. Above that rate the machine is cheaper,
 * if it can handle the load.
 *
 * @param machinePerHour price of the machine
 * @param perMillionCalls price of a million calls, in the same currency, above 0
 * @see Copik et al., SeBS, Middleware 2021, table 6, which omits the request fee
 */
export function breakEvenPerHour(machinePerHour: number, perMillionCalls: number): number {
  return (machinePerHour / perMillionCalls) * 1e6;
}
