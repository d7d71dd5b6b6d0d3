import { describe, expect, it } from 'vitest';
import { awsError, loadSdk } from './index.ts';

describe('the AWS SDK', () => {
  it('is named with what installs it where it is not there', async () => {
    const name = ['@aws-sdk', 'client-of-no-service'].join('/');
    const absent = () => import(name) as Promise<object>;
    await expect(loadSdk('@aws-sdk/client-lambda', absent)).rejects.toMatchObject({
      code: 'ERR_AWS_SDK',
      message: expect.stringContaining('npm install @aws-sdk/client-lambda') as string,
    });
  });

  it('is not blamed for what is wrong in it', async () => {
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
  ])('%s, with what can be done', (name, message, told) => {
    expect(awsError('the log', Object.assign(new Error(message), { name }))).toMatchObject({
      code: 'ERR_AWS',
      message: told,
    });
  });

  it('of an address that nobody listens on', () => {
    const refused = Object.assign(new AggregateError([], ''), { code: 'ECONNREFUSED' });
    expect(awsError('the log', refused).message).toBe('the log: ECONNREFUSED');
  });
});
