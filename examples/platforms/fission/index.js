// Fission: fission function create --name hello --env nodejs --src 'examples/platforms/fission/*' --entrypoint index
const { wrapFission } = require('@sandscope/sdk/fission');

module.exports = wrapFission(async function hello(context) {
  const { name = 'world', status = 200 } = context.request.query ?? {};
  return { status: Number(status), body: `hello ${name}\n`, headers: { 'x-answered-by': 'hello' } };
});

// The other form, recognised by its two parameters.
module.exports.later = wrapFission(function later(context, callback) {
  setTimeout(() => callback(Number(context.request.query?.status ?? 200), 'later\n'), 5);
});
