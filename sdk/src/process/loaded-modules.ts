/** Whether the program has loaded a built-in Node module; true if unknown. */
export function isLoaded(name: string): boolean {
  const { moduleLoadList } = process as { moduleLoadList?: unknown };
  return !Array.isArray(moduleLoadList) || moduleLoadList.includes(`NativeModule ${name}`);
}
