/**
 * Runs a benchmark with the arguments of this process and sets the exit code: that of `run`, or 2 if `read` rejects the
 * arguments. `run` also receives the command line that a user would type.
 *
 * @param script its name among the npm scripts
 */
export async function runBench<Options>(
  script: string,
  read: (args: readonly string[]) => Options,
  run: (options: Options, command: string) => number | Promise<number>,
): Promise<void> {
  const args = process.argv.slice(2);
  let options: Options;
  try {
    options = read(args);
  } catch (error) {
    console.error((error as Error).message);
    process.exitCode = 2;
    return;
  }
  const command = [`npm run ${script}`, ...(args.length > 0 ? ['--', ...args] : [])].join(' ');
  process.exitCode = await run(options, command);
}

/** A whole number from `least` to `most`. @throws {RangeError} that names the option */
export function wholeNumber(option: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new RangeError(`${option} takes a whole number from ${least} to ${most}, not "${text}"`);
}
