/** The validators of `install.sh`, and those of the machine. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));
export const EXAMPLES = join(ROOT, 'examples/deploy');
/** Where `install.sh` puts them; `DEPLOY_TOOLS` names another folder. */
export const TOOLS = resolve(process.env['DEPLOY_TOOLS'] ?? join(ROOT, 'node_modules/.cache/deploy'));

const FOLDERS = [
  join(TOOLS, 'python/bin'),
  join(TOOLS, 'node_modules/.bin'),
  ...(process.env['PATH'] ?? '').split(delimiter),
];

/** The path of a tool; if it is missing, a line on standard error says what is not checked. */
export function toolOf(name: string, checks: string): string | undefined {
  const folder = FOLDERS.find((candidate) => existsSync(join(candidate, name)));
  if (folder !== undefined) return join(folder, name);
  console.warn(`SKIPPED: ${checks}. There is no ${name}; bash test/deploy/install.sh`);
  return undefined;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Default two minutes. */
  readonly timeoutMillis?: number;
}

/** Standard output of a command. @throws with its complete output if it fails or takes too long */
export async function run(
  file: string,
  args: readonly string[],
  { cwd = ROOT, env = {}, timeoutMillis = 120_000 }: RunOptions = {},
): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(file, args, {
      cwd,
      timeout: timeoutMillis,
      maxBuffer: 64 * 1024 ** 2,
      env: { ...process.env, ...env },
    });
    return stdout;
  } catch (error) {
    const { stdout = '', stderr = '', message } = error as Error & { stdout?: string; stderr?: string };
    throw new Error(`${message}\n${stdout}\n${stderr}`, { cause: error });
  }
}
