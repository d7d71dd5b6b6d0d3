import { CollectorError } from '../errors.ts';

/** What can be done about the errors that people meet first. */
const ADVICE: Readonly<Record<string, string>> = {
  CredentialsProviderError:
    'give AWS credentials, as the aws command takes them (AWS_PROFILE, aws sso login)',
  ExpiredTokenException: 'the credentials are too old: log in again',
  UnrecognizedClientException: 'these credentials are not known: see aws sts get-caller-identity',
};

/** An error of the AWS SDK as one of ours. */
export function awsError(what: string, error: unknown): CollectorError {
  if (error instanceof CollectorError) return error;
  const { name, message, code } = error as { name: string; message: string; code?: unknown };
  // An address that nobody listens on has its reasons in a list, and no message.
  const reason = message === '' ? String(code) : message;
  const advice = message === 'Region is missing' ? 'name it with --region' : ADVICE[name];
  return new CollectorError(
    'ERR_AWS',
    `${what}: ${name === 'Error' || name === 'AggregateError' ? '' : `${name}, `}${reason}${advice === undefined ? '' : `; ${advice}`}`,
    { cause: error },
  );
}
