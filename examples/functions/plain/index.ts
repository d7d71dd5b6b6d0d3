/** Not wrapped: the platform runs any handler, and nothing of Sandscope is in this one. Answers what it was sent. */
export async function handler(event: unknown, context: { readonly awsRequestId: string }) {
  return { event, requestId: context.awsRequestId, pid: process.pid };
}
