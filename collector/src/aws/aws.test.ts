import { describe, expect, it } from 'vitest';
import { awsError, loadSdk } from './index.ts';

describe('the AWS SDK', () => {
  it('names the command that installs it if it is missing', async () => {
    const name = ['@aws-sdk', 'client-of-no-service'].join('/');
    const absent = () => import(name) as Promise<object>;
    await expect(loadSdk('@aws-sdk/client-lambda', absent)).rejects.toMatchObject({
      code: 'ERR_AWS_SDK',
      message: expect.stringContaining('npm install @aws-sdk/client-lambda') as string,
    });
  });

  it('passes on errors from within the package', async () => {
    await expect(loadSdk('it', () => Promise.reject(new SyntaxError('odd')))).rejects.toThrow(SyntaxError);
  });
});

describe('errors of AWS', () => {
  it.each([
    ['ResourceNotFoundException', 'no such thing', 'the log: ResourceNotFoundException, no such thing'],
    ['Error', 'Region is missing', 'the log: Region is missing; set it with --region'],
    [
      'CredentialsProviderError',
      'none',
      'the log: CredentialsProviderError, none; provide AWS credentials as for the aws command (AWS_PROFILE, aws sso login)',
    ],
  ])('%s, with a remedy', (name, message, told) => {
    expect(awsError('the log', Object.assign(new Error(message), { name }))).toMatchObject({
      code: 'ERR_AWS',
      message: told,
    });
  });

  it('of an address where nothing listens', () => {
    const refused = Object.assign(new AggregateError([], ''), { code: 'ECONNREFUSED' });
    expect(awsError('the log', refused).message).toBe('the log: ECONNREFUSED');
  });
});
