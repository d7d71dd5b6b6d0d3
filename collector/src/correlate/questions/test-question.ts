import Fastify from 'fastify';
import { queryApi } from '../../routes/index.ts';
import type { Store } from '../../store/index.ts';
import { startTestEngine } from '../../store/test-engine.ts';
import type { TraceRow } from '../../store/trace-row.ts';

/** The API over a real engine with some spans. */
export interface AskedApi {
  /** The answer to a question by its path without `/api/v1/`. */
  readonly ask: <Answer>(path: string) => Promise<Answer>;
  /** Status and answer. */
  readonly get: (path: string) => Promise<{ readonly status: number; readonly body: unknown }>;
  /** Stores more spans. @param token another for each batch */
  readonly insert: (rows: readonly TraceRow[], token: string) => Promise<void>;
  readonly store: Store;
  readonly close: () => Promise<void>;
}

/** Starts an engine, stores the spans, and serves the questions. */
export async function askAbout(rows: readonly TraceRow[]): Promise<AskedApi> {
  const engine = await startTestEngine();
  if (rows.length > 0) await engine.writer.insert([...rows], 'asked');
  const app = Fastify();
  await app.register(queryApi, {
    store: () => engine.store,
    status: () => Promise.reject(new Error('not asked')),
  });
  const get = async (path: string) => {
    const answer = await app.inject(`/api/v1/${path}`);
    return { status: answer.statusCode, body: answer.json<unknown>() };
  };
  return {
    get,
    insert: async (more, token) => {
      await engine.writer.insert([...more], token);
    },
    store: engine.store,
    ask: async <Answer>(path: string) => {
      const { status, body } = await get(path);
      if (status !== 200) throw new Error(`${path} answered ${status}: ${JSON.stringify(body)}`);
      return body as Answer;
    },
    close: async () => {
      await app.close();
      await engine.close();
    },
  };
}
