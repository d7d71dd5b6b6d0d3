import { wrap } from '@sandscope/sdk';
import Mustache from 'mustache';
import { InputError, readInput } from '../input.ts';
import { TEMPLATE } from './template.ts';

const MAX_NUMBERS = 1_000_000;

/**
 * Renders a page from a template, like SeBS' `dynamic-html`: little work and no I/O, so its time is mostly the
 * platform's. Takes `{"username": "Ada", "randomLength": 100}`; `randomLength` is the count of numbers that it lists.
 */
async function dynamicHtml(event: unknown) {
  const { username, randomLength } = readInput(event, { username: 'string', randomLength: 'number' });
  if (!Number.isInteger(randomLength) || randomLength < 0 || randomLength > MAX_NUMBERS)
    throw new InputError(`randomLength must be a whole number from 0 to ${MAX_NUMBERS}, not ${randomLength}`);
  const numbers = Array.from({ length: randomLength }, () => Math.floor(Math.random() * 1_000_000));
  return {
    html: Mustache.render(TEMPLATE, { username, time: new Date().toISOString(), numbers }),
  };
}

export const handler = wrap(dynamicHtml);
