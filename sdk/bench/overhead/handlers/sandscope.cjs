const { wrap } = require('@sandscope/sdk');

exports.handler = wrap(async (event) => ({ message: `hello ${event.name}` }));
