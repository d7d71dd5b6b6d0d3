import { CollectorError } from '../errors/errors.ts';

/** Remedies for the most common errors. */
const ADVICE: Readonly<Record<string, string>> = {
  CredentialsProviderError: 'provide AWS credentials as for the aws command (AWS_PROFILE, aws sso login)',
  ExpiredTokenException: 'the credentials have expired: log in again',
  UnrecognizedClientException: 'AWS does not know these credentials: see aws sts get-caller-identity',
};

/** Converts an error of the AWS SDK. */
export function awsError(what: string, error: unknown): CollectorError {
  if (error instanceof CollectorError) return error;
  const { name, message, code } = error as { name: string; message: string; code?: unknown };
  // If nothing listens at an address, the reasons are in a list, and there is no message.
  const reason = message === '' ? String(code) : message;
  const advice = message === 'Region is missing' ? 'set it with --region' : ADVICE[name];
  return new CollectorError(
    'ERR_AWS',
    `${what}: ${name === 'Error' || name === 'AggregateError' ? '' : `${name}, `}${reason}${advice === undefined ? '' : `; ${advice}`}`,
    { cause: error },
  );
}
