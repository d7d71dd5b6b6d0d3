// Reads and judges evidence, one message after the other: apart from the event loop that answers questions.
import { parentPort } from 'node:worker_threads';
import { lowerThreadPriority } from '../../process/lower-priority.ts';
import { evidenceIn } from './evidence-rows.ts';
import type { EvidenceRows } from './evidence-rows.ts';
import { judgeEvidence } from './judge-evidence.ts';

lowerThreadPriority();
parentPort?.on('message', (rows: EvidenceRows) => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread's port, not a window
  parentPort?.postMessage(judgeEvidence(evidenceIn(rows), rows.untilMs));
});
