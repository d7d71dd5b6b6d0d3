/**
 * What every client of the AWS SDK is made with. Region, credentials and endpoint come from where the aws command has
 * them (`AWS_REGION`, `AWS_PROFILE`, `AWS_ENDPOINT_URL`, …). A service that is busy is asked up to ten times, ever slower.
 *
 * @param region told; default what the environment says
 */
export function clientOptions(region: string | undefined): {
  readonly region?: string;
  readonly maxAttempts: number;
  readonly retryMode: string;
} {
  return { maxAttempts: 10, retryMode: 'standard', ...(region !== undefined && { region }) };
}
