/** What Jaeger calls the service of spans that do not name theirs; without a name they could not be looked for. */
export const MISSING_SERVICE_NAME = 'missing-service-name';

/** The name a service is shown under. */
export const shownService = (stored: string): string => (stored === '' ? MISSING_SERVICE_NAME : stored);

/** The names that are stored for one that is shown; there is none for no name. */
export function storedServices(shown: string): string[] {
  if (shown === '') return [];
  return shown === MISSING_SERVICE_NAME ? ['', shown] : [shown];
}
