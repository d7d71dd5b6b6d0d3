import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { arnAccountId, readLambdaContext, resolvedArn } from './lambda-context.ts';

describe('Lambda', () => {
  test('the ARN of the version that ran', () => {
    const arn = 'arn:aws:lambda:eu-west-1:123456789012:function:f';
    expect(resolvedArn(`${arn}:live`, '7')).toBe(`${arn}:7`);
    expect(resolvedArn(arn, '7')).toBe(arn);
    expect(resolvedArn('arn:aws:s3:::bucket', '7')).toBeUndefined();
    expect(resolvedArn(undefined, '7')).toBeUndefined();
    expect(arnAccountId(arn)).toBe('123456789012');
    expect(arnAccountId('nonsense')).toBeUndefined();
  });

  test('any value as the context', () => {
    const property = fc.property(fc.anything(), (context) => typeof readLambdaContext(context) === 'object');
    expect(fc.check(property)).toMatchObject({ failed: false });
  });
});
