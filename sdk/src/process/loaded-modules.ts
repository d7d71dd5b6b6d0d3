/** Whether the program has loaded a module of Node's; true where that cannot be told. */
export function isLoaded(name: string): boolean {
  const { moduleLoadList } = process as { moduleLoadList?: unknown };
  return !Array.isArray(moduleLoadList) || moduleLoadList.includes(`NativeModule ${name}`);
}
