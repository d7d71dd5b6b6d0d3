import { badOption } from '../config/index.ts';
import type { Settings } from '../config/index.ts';
import { ASK_OPTIONS, askCollector } from './ask-collector.ts';
import type { Command } from './command.ts';
import { renderTable } from './table.ts';

const FILTERS = ['from', 'to', 'function', 'region', 'account'] as const;

/** Asks a running collector one of the registered questions. */
export const query: Command = {
  name: 'query',
  summary: 'ask a running collector a question, and show the answer',
  positionals: ['QUESTION'],
  options: [
    {
      name: 'from',
      value: 'TIME',
      help: 'start of the range, such as -15m, or RFC 3339',
      fallback: '1 h before --to',
    },
    { name: 'to', value: 'TIME', help: 'end of the range', fallback: 'now' },
    { name: 'function', value: 'NAME', help: 'only this function' },
    { name: 'region', value: 'NAME', help: 'only this region' },
    { name: 'account', value: 'ID', help: 'only this account or project' },
    { name: 'set', value: 'NAME=VALUE', multiple: true, help: 'a parameter of this question' },
    { name: 'json', help: 'the whole answer as JSON' },
    { name: 'csv', help: 'the list of the answer as CSV' },
    ...ASK_OPTIONS,
  ],
  notes: `Without QUESTION it lists the questions. The answer's list is shown as a table; --json has the whole answer. The
parameters of each question are described at /docs of a collector.`,
  run: async (settings) => {
    const { QUESTIONS } = await import('../correlate/questions/index.ts');
    const [name] = settings.positionals;
    if (name === undefined) {
      const width = Math.max(...QUESTIONS.map((question) => question.name.length)) + 2;
      const lines = QUESTIONS.map((question) => `${question.name.padEnd(width)}${question.summary}\n`);
      process.stdout.write(lines.join(''));
      return;
    }
    const question = QUESTIONS.find((candidate) => candidate.name === name);
    if (question === undefined)
      throw badOption(`there is no question "${name}"; "sandscope query" lists all questions`);
    const csv = settings.flag('csv');
    if (csv && settings.flag('json')) throw badOption('query takes --json or --csv, not both');
    const parameters = parametersOf(settings);
    if (csv) parameters.set('format', 'csv');
    const { text } = await askCollector(settings, `api/v1/${question.name}?${parameters.toString()}`);
    if (csv || settings.flag('json')) process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
    else process.stdout.write(shown(JSON.parse(text) as Answer, question.list));
  },
};

type Answer = Readonly<Record<string, unknown>>;

function parametersOf(settings: Settings): URLSearchParams {
  const parameters = new URLSearchParams();
  for (const name of FILTERS) {
    const value = settings.text(name);
    if (value !== undefined) parameters.set(name, value);
  }
  for (const pair of settings.list('set')) {
    const at = pair.indexOf('=');
    if (at < 1) throw badOption(`--set is not NAME=VALUE: "${pair}"`);
    parameters.append(pair.slice(0, at), pair.slice(at + 1));
  }
  return parameters;
}

function shown(answer: Answer, list: string): string {
  const { from, to, truncated, verdict } = answer;
  const entries = answer[list] as readonly Answer[];
  const head = `${String(from)} to ${String(to)}${truncated === true ? ', truncated' : ''}\n`;
  const table = entries.length === 0 ? 'no data\n' : renderTable(entries, process.stdout.columns);
  return `${head}${table}${typeof verdict === 'string' ? `${verdict}\n` : ''}`;
}
