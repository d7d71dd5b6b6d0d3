/** Name for the function's own files, which belong to no package. */
export const OWN_FILES = '.';

/**
 * The top-level package that a file belongs to: the folder in the first `node_modules` of its path, with everything
 * nested in it. `.` for the function's own files; undefined for the runtime's files, which belong to no function.
 *
 * @param path absolute
 * @param root folder of the function
 */
export function packageOf(path: string, root: string): string | undefined {
  // Some package managers keep the packages themselves in a hidden folder there.
  const found = /\/node_modules\/((?:@[^/]+\/)?[^/@.][^/]*)\//.exec(path)?.[1];
  if (found !== undefined) return found;
  const folder = root.endsWith('/') ? root : `${root}/`;
  return path.startsWith(folder) ? OWN_FILES : undefined;
}
