import { judge } from '../judge/index.ts';
import type { DeploymentEvidence } from './evidence-rows.ts';
import type { JudgedDeployment } from './judged-function.ts';

/** Judges deployments as of a moment; those without any invocation or inspection are absent. */
export function judgeEvidence(evidence: Iterable<DeploymentEvidence>, untilMs: number): JudgedDeployment[] {
  const judged: JudgedDeployment[] = [];
  for (const { deployment, history } of evidence) {
    const judgement = judge(history, untilMs);
    if (judgement) judged.push({ deployment, judgement });
  }
  return judged;
}
