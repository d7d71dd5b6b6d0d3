import { OneOf } from './parts.ts';

/** The fate of a sandbox. */
export const SandboxState = OneOf(
  ['active', 'idle', 'suspected', 'evicted', 'confirmed'],
  'active: used within the last 5 s. suspected, evicted: calls went elsewhere, so that it is gone with a probability of 0.8, ' +
    '0.95. confirmed: it reported that it was stopped. idle: all others.',
);

/** The cause of a sandbox's death. */
export const Cause = OneOf(
  ['idle', 'age', 'deploy', 'time-out', 'crash'],
  'deploy: a newer version of the function had taken over, or nearly all sandboxes were stopped at the same time or one after another, even ' +
    'those just used. time-out, crash: it died with its last call.',
);

/** The evidence for a state. */
export const Ground = OneOf(
  ['goodbye', 'in-use', 'superseded', 'broken-call', 'passed-over', 'idle-time', 'prior'],
  'Evidence. goodbye: the sandbox reported it. superseded: its version gets no more calls. broken-call: its last call ' +
    'timed out, crashed or failed. passed-over: calls were served by others although it should have been taken. idle-time: how ' +
    'long sandboxes of this function are kept. prior: there are no such data yet.',
);
