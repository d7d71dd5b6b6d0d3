import { AwsClient } from 'aws4fetch';

/** A bucket of S3, or of a service that speaks its protocol. */
export interface Bucket {
  /** An object's bytes. Rejects if there is no object with that name. */
  get(key: string): Promise<Buffer>;
  put(key: string, body: Buffer, contentType: string): Promise<void>;
  delete(key: string): Promise<void>;
}

/**
 * The bucket in `BUCKET_URL`, such as `https://NAME.s3.eu-central-1.amazonaws.com` or `http://127.0.0.1:9000/NAME`.
 * Requests are signed with the keys in `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and `AWS_SESSION_TOKEN`, as Lambda
 * sets them.
 *
 * @param openUrl a public bucket to use instead, with unsigned requests: an event that names a place must not be able
 * to send the function's keys there
 */
export function openBucket(openUrl?: string): Bucket {
  const base = openUrl ?? process.env['BUCKET_URL'];
  if (base === undefined || !/^https?:\/\//.test(base))
    throw new Error(`the bucket must be an http or https URL, not ${base ?? 'absent'}`);
  const send = openUrl === undefined ? signing() : fetch;
  const take = async (method: string, key: string, body?: Buffer, contentType?: string): Promise<Buffer> => {
    const path = key.split('/').map(encodeURIComponent).join('/');
    const response = await send(`${base.replace(/\/+$/, '')}/${path}`, {
      method,
      ...(body && { body: new Uint8Array(body), headers: { 'content-type': contentType! } }),
    });
    const answer = Buffer.from(await response.arrayBuffer());
    if (!response.ok) throw new Error(`the bucket answered ${response.status} to ${method} of ${key}`);
    return answer;
  };
  return {
    get: (key) => take('GET', key),
    put: async (key, body, contentType) => void (await take('PUT', key, body, contentType)),
    delete: async (key) => void (await take('DELETE', key)),
  };
}

function signing(): (url: string, init: RequestInit) => Promise<Response> {
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, AWS_REGION } = process.env;
  if (!AWS_ACCESS_KEY_ID || !AWS_SECRET_ACCESS_KEY) return fetch;
  const client = new AwsClient({
    accessKeyId: AWS_ACCESS_KEY_ID,
    secretAccessKey: AWS_SECRET_ACCESS_KEY,
    ...(AWS_SESSION_TOKEN && { sessionToken: AWS_SESSION_TOKEN }),
    ...(AWS_REGION && { region: AWS_REGION }),
    service: 's3',
    // A retry hidden in the library would be measured as one slow call.
    retries: 0,
  });
  return (url, init) => client.fetch(url, init);
}
