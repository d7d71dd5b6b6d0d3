/** As much of a Dockerfile as ours need; anything else is an error, because it would not be tested. */
interface Stage {
  readonly from: string;
  readonly name: string | undefined;
  readonly steps: readonly Step[];
}
type Step =
  | {
      readonly kind: 'copy';
      readonly fromStage: string | undefined;
      readonly paths: readonly string[];
      readonly to: string;
    }
  | { readonly kind: 'run'; readonly command: string };

/** What a container of the last stage runs, and how. */
export interface Image {
  readonly stages: readonly Stage[];
  readonly workdir: string;
  readonly user: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly volumes: readonly string[];
  readonly healthCheck: readonly string[];
  readonly command: readonly string[];
}

const list = (text: string): string[] => JSON.parse(text) as string[];

/** @throws {Error} for an instruction or an option that it does not know */
export function readDockerfile(text: string): Image {
  const stages: { from: string; name: string | undefined; steps: Step[] }[] = [];
  const environment: Record<string, string> = {};
  const volumes: string[] = [];
  let [workdir, user] = ['/', 'root'];
  let [healthCheck, entrypoint, command]: [string[], string[], string[]] = [[], [], []];
  const lines = text
    .replaceAll(/^#.*\n/gm, '')
    .replaceAll(/\\\n\s*/g, '')
    .split('\n');
  for (const line of lines.filter((one) => one.trim() !== '')) {
    const [, instruction = '', rest = ''] = /^(\w+) (.+)$/.exec(line) ?? [];
    const steps = stages.at(-1)?.steps;
    if (instruction === 'FROM') {
      const [from = '', , name] = rest.split(' ');
      stages.push({ from, name, steps: [] });
    } else if (instruction === 'COPY') {
      const [, fromStage, all = ''] = /^(?:--from=(\w+) )?([^-].*)$/.exec(rest) ?? [];
      const paths = all.split(' ');
      steps?.push({ kind: 'copy', fromStage, to: paths.pop() ?? '', paths });
    } else if (instruction === 'RUN') steps?.push({ kind: 'run', command: rest });
    else if (instruction === 'WORKDIR') workdir = rest;
    else if (instruction === 'USER') user = rest;
    else if (instruction === 'VOLUME') volumes.push(rest);
    else if (instruction === 'ENV')
      for (const [, key = '', value = ''] of rest.matchAll(/(\w+)=(\S+)/g)) environment[key] = value;
    else if (instruction === 'HEALTHCHECK') healthCheck = list(rest.slice(rest.indexOf('CMD ') + 4));
    else if (instruction === 'ENTRYPOINT') entrypoint = list(rest);
    else if (instruction === 'CMD') command = list(rest);
    else if (instruction !== 'EXPOSE') throw new Error(`an instruction that no test runs: ${line}`);
  }
  return { stages, workdir, user, environment, volumes, healthCheck, command: [...entrypoint, ...command] };
}
