// Forks an idle child, reports its process id and keeps running.
import { fileURLToPath } from 'node:url';
import { forkChild } from './fork-child.ts';

const child = forkChild(fileURLToPath(new URL('./idle.fixture.ts', import.meta.url)), {});
child.once('message', () => process.send?.(child.pid));
