/** Called with a few words about the current step. */
export type Report = (message: string) => void;

const INTERVAL_MILLIS = 2000;

/** Reports the copying progress every two seconds and at the end. */
export function progressOf(totalFiles: number, report: Report): (files: number, bytes: number) => void {
  let reportedAt = performance.now();
  return (files, bytes) => {
    const now = performance.now();
    if (now - reportedAt < INTERVAL_MILLIS && files < totalFiles) return;
    reportedAt = now;
    report(`${files} of ${totalFiles} files copied, ${bytes} bytes`);
  };
}
