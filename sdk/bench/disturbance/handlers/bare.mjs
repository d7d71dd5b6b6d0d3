import { setTimeout as sleep } from 'node:timers/promises';

// As long as a quick answer from another service takes.
export const handler = async (event) => {
  await sleep(2);
  return { message: `hello ${event.name}` };
};
