/** What Lambda's name of a log stream says. */
export interface StreamName {
  /** Where functions share a log group. */
  readonly functionName?: string;
  readonly version?: string;
}

/** `2025/05/12/[$LATEST]5b1105…`, and where functions share a group `2025/05/12/thumbnails[12][5b1105…]`. */
const NAME = /^\d{4}\/\d\d\/\d\d\/(?<name>[\w-]*)\[(?<version>\$LATEST|\d+)\]\[?[0-9a-f]+\]?$/;

/** Reads the name of a log stream. Nothing of one that Lambda did not name. */
export function readStreamName(stream: string): StreamName {
  const { name = '', version } = NAME.exec(stream)?.groups ?? {};
  return {
    ...(name !== '' && { functionName: name }),
    ...(version !== undefined && { version }),
  };
}

/** The function a log group belongs to; a group of another name is taken as it is. */
export function functionOfGroup(group: string): string {
  return group.replace(/^\/aws\/lambda\//, '');
}
