const { datadog } = require('datadog-lambda-js');
require('dd-trace').init();

exports.handler = datadog(async (event) => ({ message: `hello ${event.name}` }));
