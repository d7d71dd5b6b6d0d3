/**
 * Options of every AWS SDK client. Region, credentials and endpoint come from the same sources as for the aws command
 * (`AWS_REGION`, `AWS_PROFILE`, `AWS_ENDPOINT_URL`, …). A busy service is tried up to ten times with increasing waits.
 *
 * @param region explicit region; default from the environment
 */
export function clientOptions(region: string | undefined): {
  readonly region?: string;
  readonly maxAttempts: number;
  readonly retryMode: string;
} {
  return { maxAttempts: 10, retryMode: 'standard', ...(region !== undefined && { region }) };
}
