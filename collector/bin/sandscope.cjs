#!/usr/bin/env node
'use strict';
// Says which Node is needed in a language that each one understands, and in a file of its own: an older Node does not even
// read the others.
const needed = require('./engines.json').node;
const minimum = needed.replace('>=', '').split('.').map(Number);
const running = process.versions.node.split('.').map(Number);
if (running[0] < minimum[0] || (running[0] === minimum[0] && running[1] < minimum[1])) {
  process.stderr.write(
    'sandscope needs Node ' + minimum.join('.') + ' or newer, and this is ' + process.version + '.\n',
  );
  process.exitCode = 1;
} else {
  // What is experimental in the Node that is needed (its SQLite) is no news to who starts a command: neither from the
  // processes that this one starts, nor from itself. On the first line, an older Node would refuse the flag, and not say why.
  process.execArgv.push('--disable-warning=ExperimentalWarning');
  const emitWarning = process.emitWarning.bind(process);
  process.emitWarning = function (warning, ...rest) {
    if (rest[0] !== 'ExperimentalWarning') emitWarning(warning, ...rest);
  };
  void import('../src/main.ts');
}
