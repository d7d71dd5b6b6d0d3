// OpenFaaS: faas-cli new hello --lang node22, this as hello/handler.js, and in hello: npm install @sandscope/sdk
const { wrapOpenFaas } = require('@sandscope/sdk/openfaas');

async function hello(event, context) {
  const { name = 'world', status = 200, fail } = event.query;
  if (fail) return context.fail(new RangeError('asked to fail'));
  return context.status(Number(status)).headers({ 'x-answered-by': 'hello' }).succeed(`hello ${name}\n`);
}

module.exports = wrapOpenFaas(hello);
