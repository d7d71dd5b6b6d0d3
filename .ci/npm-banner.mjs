// npm prints "> sandscope start …" on standard output before it runs a script, which would spoil
// `npm start -- --json > result.json`. With `json=true` npm sends that banner to standard error instead.
// It is set after the install, not in a tracked .npmrc, because `npm install` itself would then print every
// package it added as JSON. An .npmrc of your own is left alone.
import { existsSync, writeFileSync } from 'node:fs';

const path = new URL('../.npmrc', import.meta.url);
if (!existsSync(path))
  writeFileSync(path, '; keeps the banner of npm scripts off standard output\njson=true\n');
