import type { ImportFormat } from './formats/format.ts';
import { FORMATS } from './formats/index.ts';
import { importError } from './import-error.ts';
import type { Source } from './input/find-files.ts';

/** Reports that a file does not have the format, and which formats it may have. */
export function otherFormat(source: Source, format: ImportFormat, beginning: Buffer): Error {
  const others = FORMATS.filter((other) => other !== format && other.recognises(beginning));
  const names = others.map(({ name }) => name).join(' or ');
  const what = beginning.byteLength === 0 ? 'is empty' : `does not begin like ${format.name}`;
  const advice = names === '' ? '' : `; it looks like ${names}`;
  return importError('ERR_IMPORT_FORMAT', `line 1 of ${source.path}: it ${what}${advice}`);
}
