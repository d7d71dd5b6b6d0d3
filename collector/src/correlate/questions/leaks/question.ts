import { Type } from '@fastify/type-provider-typebox';
import { toldDeployment } from '../../deployment-sql.ts';
import { evidenceScope } from '../../evidence-scope.ts';
import { defineQuestion } from '../question.ts';
import { loadLives } from './evidence.ts';
import { judgeLeaks } from './judge.ts';
import { FunctionLeaks } from './schema.ts';

/** Most invocations examined, the newest: rollups have no accumulated resources. */
const MAX_INVOCATIONS = 50_000;

/** Resources that sandboxes accumulate over their lives, and when those run out. */
export const leaks = defineQuestion({
  name: 'leaks',
  operationId: 'getLeaks',
  summary: "What grows over a sandbox's life: memory, descriptors, sockets, threads, temporary files",
  description: 'Growth from call to call, averaged over sandboxes, and the call at which a limit is reached.',
  tag: 'sandboxes',
  asked: {},
  answer: { functions: Type.Array(FunctionLeaks) },
  list: 'functions',
  ask: async ({ store, scope: asked }) => {
    const { scope, truncated } = await evidenceScope(store, asked, MAX_INVOCATIONS);
    const found = await loadLives(store, scope);
    const functions = judgeLeaks(found.deployments).map(({ deployment, resources, basis }) => {
      const told = toldDeployment(deployment.row);
      return Object.assign(told, { resources: [...resources], leaks: resources.some(isLeak), basis });
    });
    return { scope, truncated: truncated || found.truncated, body: { functions } };
  },
});

const isLeak = ({ leaks: found }: { readonly leaks: boolean }): boolean => found;
