import { readFile } from 'node:fs/promises';
import { RESULT_SCHEMA, RESULT_SCHEMA_VERSION } from '@sandscope/probes/outside';
import type { ProbeResult } from '@sandscope/probes/outside';
import { Compile } from 'typebox/compile';
import { CollectorError } from '../errors/errors.ts';

/** Largest file that is read. */
const MOST_BYTES = 512 * 1024 * 1024;

/** A result and its file. */
export interface NamedResult {
  readonly file: string;
  readonly result: ProbeResult;
}

/**
 * Reads the results of experiments in these files.
 *
 * @throws {CollectorError} `ERR_RESULT` that names the file and the fault
 */
export async function readResults(files: readonly string[]): Promise<readonly NamedResult[]> {
  const schema = Compile(RESULT_SCHEMA);
  const results: NamedResult[] = [];
  for (const file of files) {
    const value = await readJson(file);
    const { schema: version } = (value ?? {}) as { schema?: unknown };
    if (typeof version === 'number' && version !== RESULT_SCHEMA_VERSION)
      throw resultError(file, `has layout ${version}; this version reads layout ${RESULT_SCHEMA_VERSION}`);
    if (!schema.Check(value)) {
      const [first] = schema.Errors(value);
      throw resultError(
        file,
        `is not the result of an experiment: ${first ? `${first.instancePath || 'it'} ${first.message}` : 'unknown layout'}`,
      );
    }
    results.push({ file, result: value as unknown as ProbeResult });
  }
  return results;
}

async function readJson(file: string): Promise<unknown> {
  let text: string;
  try {
    const bytes = await readFile(file);
    if (bytes.length > MOST_BYTES) throw new Error(`it has more than ${MOST_BYTES} bytes`);
    text = bytes.toString('utf8');
  } catch (error) {
    throw resultError(file, `cannot be read: ${(error as Error).message}`, error);
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw resultError(file, `is not JSON: ${(error as Error).message}`, error);
  }
}

const resultError = (file: string, what: string, cause?: unknown): CollectorError =>
  new CollectorError('ERR_RESULT', `${file} ${what}`, cause === undefined ? {} : { cause });
