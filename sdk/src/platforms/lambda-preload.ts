/**
 * Loaded by the layer's script into the runtime's process after everything else that is loaded before the runtime: from
 * here on the handler is the one that replaces the function's own. Whoever was loaded before has seen the function's
 * own name, as OpenTelemetry's instrumentation of Lambda needs it.
 */
const { SANDSCOPE_REDIRECT: to, _HANDLER: name } = process.env;
// Not for processes that the function starts.
delete process.env['SANDSCOPE_REDIRECT'];
if (to && name) {
  process.env['SANDSCOPE_HANDLER'] ||= name;
  process.env['_HANDLER'] = to;
  // The package `aws-lambda-ric` is given it on its command line before version 4.
  if (process.argv[2] === name) process.argv[2] = to;
}
