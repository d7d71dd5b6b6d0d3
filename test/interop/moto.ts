/** A real moto on a free port: AWS's API in one process, without anything behind it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { until } from '../support/stack.ts';
import { freePorts } from './free-ports.ts';

export interface Moto {
  readonly url: string;
  /** Variables that direct the AWS SDK to it. */
  readonly env: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

export const MOTO_REGION = 'eu-central-1';
export const MOTO_ACCOUNT = '123456789012';

/** @param env variables that moto reads; default none */
export async function startMoto(program: string, env: Readonly<Record<string, string>> = {}): Promise<Moto> {
  const [port] = await freePorts(1);
  const command = ['--pdeathsig', 'KILL', program, '--host', '127.0.0.1', '--port', String(port)];
  const child = spawn('setpriv', command, {
    stdio: 'ignore',
    env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1', ...env },
  });
  const exited = once(child, 'exit');
  const url = `http://127.0.0.1:${port}`;
  await until(
    'moto answers',
    () => fetch(`${url}/moto-api/data.json`),
    ({ ok }) => ok,
  );
  return { url, env: awsVariables(url), stop: async () => void (child.kill('SIGKILL'), await exited) };
}

/** The machine's own configuration is ignored. */
export function awsVariables(endpoint: string): Readonly<Record<string, string>> {
  return {
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: MOTO_REGION,
    AWS_DEFAULT_REGION: MOTO_REGION,
    AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'not-a-secret',
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    AWS_EC2_METADATA_DISABLED: 'true',
  };
}

/** A role that functions can be created with. The SDK for roles is not needed for anything else. */
export async function createRole({ url }: Pick<Moto, 'url'>): Promise<string> {
  const policy = encodeURIComponent(JSON.stringify({ Version: '2012-10-17', Statement: [] }));
  await fetch(url, {
    method: 'POST',
    headers: {
      authorization: `AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20260101/${MOTO_REGION}/iam/aws4_request, SignedHeaders=host, Signature=0`,
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: `Action=CreateRole&RoleName=role&Version=2010-05-08&AssumeRolePolicyDocument=${policy}`,
  });
  return `arn:aws:iam::${MOTO_ACCOUNT}:role/role`;
}
