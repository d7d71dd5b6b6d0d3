import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { arnAccountId, initType, readLambdaContext, resolvedArn } from './lambda.ts';

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

  test('more than 10 s from the end of initialisation to the first invocation: nobody waited for it', () => {
    expect(initType({}, false, 10_001)).toBe('proactive');
    expect(initType({}, false, 9_999)).toBe('on_demand');
    expect(initType({}, true, 60_000)).toBe('reinit');
    expect(initType({ AWS_LAMBDA_INITIALIZATION_TYPE: 'snap-start' }, true, 60_000)).toBe('restored');
  });

  test('whatever is given as context', () => {
    const property = fc.property(fc.anything(), (context) => typeof readLambdaContext(context) === 'object');
    expect(fc.check(property)).toMatchObject({ failed: false });
  });
});
