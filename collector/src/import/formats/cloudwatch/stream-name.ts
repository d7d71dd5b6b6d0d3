/** The information in Lambda's name of a log stream. */
export interface StreamName {
  /** If functions share a log group. */
  readonly functionName?: string;
  readonly version?: string;
}

/** `2025/05/12/[$LATEST]5b1105…`, or if functions share a group `2025/05/12/thumbnails[12][5b1105…]`. */
const NAME = /^\d{4}\/\d\d\/\d\d\/(?<name>[\w-]*)\[(?<version>\$LATEST|\d+)\]\[?[0-9a-f]+\]?$/;

/** Parses the name of a log stream. Empty for one that Lambda did not name. */
export function readStreamName(stream: string): StreamName {
  const { name = '', version } = NAME.exec(stream)?.groups ?? {};
  return {
    ...(name !== '' && { functionName: name }),
    ...(version !== undefined && { version }),
  };
}

/** The function of a log group; a group with another kind of name is used unchanged. */
export function functionOfGroup(group: string): string {
  return group.replace(/^\/aws\/lambda\//, '');
}
