import type { OtlpEncoding } from '../otlp/index.ts';
import type { DeadLetters } from './dead-letters.ts';
import type { InboxFile } from './inbox-file.ts';

/** An inbox of version 1 kept its dead letters in a table. This moves them to files and drops the table. */
export function moveDeadLetters({ database }: InboxFile, deadLetters: DeadLetters): void {
  const exists = database.prepare("SELECT 1 FROM sqlite_master WHERE name = 'dead_letter'").get();
  if (exists === undefined) return;
  for (const row of database.prepare('SELECT * FROM dead_letter ORDER BY consumer, seq').iterate()) {
    const refused = {
      seq: Number(row['seq']),
      reason: String(row['reason']),
      receivedAtMillis: Number(row['received_at']),
      encoding: row['encoding'] as OtlpEncoding,
      contentType: String(row['content_type']),
      body: row['body'] as Uint8Array,
    };
    deadLetters.park(String(row['consumer']), [refused]);
  }
  database.exec('DROP TABLE dead_letter');
}
