/** Survival before each bin and after the last, from the share that ends in each bin. */
export function survivalOfHazards(hazards: Float64Array): Float64Array {
  const survival = new Float64Array(hazards.length + 1);
  survival[0] = 1;
  for (let bin = 0; bin < hazards.length; bin += 1) survival[bin + 1] = survival[bin]! * (1 - hazards[bin]!);
  return survival;
}

/** Averages neighbours in place with ¼, ½, ¼; the total is preserved at the ends. */
export function smooth(values: Float64Array): void {
  const last = values.length - 1;
  let before = values[0]!;
  for (let index = 0; index <= last; index += 1) {
    const own = values[index]!;
    const after = index < last ? values[index + 1]! : own;
    values[index] = before / 4 + own / 2 + after / 4;
    before = own;
  }
}
