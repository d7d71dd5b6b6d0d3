/** Jaeger's name for spans without a service; without a name it would be impossible to search for them. */
export const MISSING_SERVICE_NAME = 'missing-service-name';

/** The displayed name of a service. */
export const shownService = (stored: string): string => (stored === '' ? MISSING_SERVICE_NAME : stored);

/** The stored names for a displayed one; none for the empty name. */
export function storedServices(shown: string): string[] {
  if (shown === '') return [];
  return shown === MISSING_SERVICE_NAME ? ['', shown] : [shown];
}
