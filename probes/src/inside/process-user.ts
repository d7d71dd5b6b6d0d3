import { userInfo } from 'node:os';
import { attempt } from './transient.ts';

/** The user that this process acts as. Each part is absent where the system does not tell it. */
export interface ProcessUser {
  /** Effective user id. */
  readonly id?: number;
  /** Name of that user; absent too where it has none. */
  readonly name?: string;
  /** Real user id, where that is another one. */
  readonly realId?: number;
}

/** From geteuid(2), getuid(2) and the user database, about 15 µs. Never throws. */
export function readProcessUser(): ProcessUser {
  const id = attempt(() => process.geteuid?.());
  const realId = attempt(() => process.getuid?.());
  const name = attempt(() => userInfo().username);
  return {
    ...(id !== undefined && { id }),
    ...(name && { name }),
    ...(realId !== undefined && realId !== id && { realId }),
  };
}
