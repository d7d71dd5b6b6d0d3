/**
 * The layer's script loads this into the runtime's process, after every other preload and before the runtime: from here
 * on, the handler's name is the one that replaces the function's own. Earlier preloads have seen the function's own
 * name, as OpenTelemetry's Lambda instrumentation requires.
 */
const { SANDSCOPE_REDIRECT: to, _HANDLER: name } = process.env;
// Not for child processes of the function.
delete process.env['SANDSCOPE_REDIRECT'];
if (to && name) {
  process.env['SANDSCOPE_HANDLER'] ||= name;
  process.env['_HANDLER'] = to;
  // Before version 4, `aws-lambda-ric` takes it from its command line.
  if (process.argv[2] === name) process.argv[2] = to;
}
