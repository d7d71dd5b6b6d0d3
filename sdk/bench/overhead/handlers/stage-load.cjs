require('@sandscope/sdk');

exports.handler = async (event) => ({ message: `hello ${event.name}` });
