import { leanMemory } from './lean-memory.ts';

// Whatever a command writes is the owner's alone.
process.umask(0o077);
// Before anything else is loaded, because that would be done twice.
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

// Whoever read our output may go before we do.
process.stdout.on('error', () => undefined);
process.stderr.on('error', () => undefined);
main().catch(fail);
