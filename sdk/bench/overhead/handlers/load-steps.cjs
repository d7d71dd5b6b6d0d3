// Runs once per process beside an installed SDK: prints how long each step of loading it takes, ms.
const { readFileSync } = require('node:fs');
const { compileFunction } = require('node:vm');

for (const name of ['node:http', 'node:net', 'node:os', 'node:util', 'node:worker_threads']) require(name);
const marks = [process.hrtime.bigint()];
const path = require.resolve('@sandscope/sdk');
marks.push(process.hrtime.bigint());
const source = readFileSync(path, 'utf8');
marks.push(process.hrtime.bigint());
const run = compileFunction(source, ['exports', 'require', 'module']);
marks.push(process.hrtime.bigint());
const loaded = { exports: {} };
run(loaded.exports, require, loaded);
marks.push(process.hrtime.bigint());
const [find, read, compile, evaluate] = marks.slice(1).map((mark, i) => Number(mark - marks[i]) / 1e6);
process.stdout.write(JSON.stringify({ find, read, compile, evaluate }));
