const { wrap } = require('@sandscope/sdk');

const handler = async (event) => ({ message: `hello ${event.name}` });
wrap(handler);
exports.handler = handler;
