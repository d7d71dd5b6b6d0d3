// Knative Functions: func deploy; or here: npx faas-js-runtime index.js
const { wrapKnative } = require('@sandscope/sdk/knative');

async function handle(context, body) {
  if (context.cloudevent) return { seen: context.cloudevent.id };
  if (context.query?.status) return { statusCode: Number(context.query.status), body: 'as asked' };
  return { body: { method: context.method, received: body ?? null } };
}

module.exports = { handle: wrapKnative(handle, { name: 'echo' }) };
