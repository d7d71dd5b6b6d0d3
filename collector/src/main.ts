import { leanMemory } from './process/lean-memory.ts';

// Only the owner may read the files a command writes.
process.umask(0o077);
// Before anything else is loaded, because the restart would load it again.
if (process.argv[2] === 'up') leanMemory();
const { fail, parseCommandLine, packageVersion } = await import('./commands/index.ts');

async function main(): Promise<void> {
  const line = parseCommandLine(process.argv.slice(2), process.env);
  if (line.kind === 'help') process.stdout.write(line.text);
  else if (line.kind === 'version') process.stdout.write(`${packageVersion()}\n`);
  else {
    const { command, settings } = line;
    if (command.tellsWarnings !== true)
      for (const warning of settings.warnings) process.stderr.write(`sandscope: ${warning}\n`);
    await command.run(settings);
  }
}

// The program that reads our output may close the pipe early.
process.stdout.on('error', () => undefined);
process.stderr.on('error', () => undefined);
main().catch(fail);
