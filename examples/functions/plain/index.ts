/** Not wrapped and without any Sandscope code: the platform runs any handler. Returns its event. */
export async function handler(event: unknown, context: { readonly awsRequestId: string }) {
  return { event, requestId: context.awsRequestId, pid: process.pid };
}
