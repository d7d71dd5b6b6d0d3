/** A block of a page between fences. */
export interface Block {
  /** `sh`, `js`, `json`, … */
  readonly language: string;
  readonly text: string;
  /** The paragraph before it. */
  readonly before: string;
}

/** Every fenced block of a page, in order. */
export function blocksOf(markdown: string): Block[] {
  return [...markdown.matchAll(/^```(?<language>\w+)\n(?<text>[\s\S]*?)^```$/gm)].map((match) => ({
    language: match.groups!['language']!,
    text: match.groups!['text']!,
    before: markdown.slice(0, match.index).trimEnd().split('\n\n').at(-1)!,
  }));
}

/** The lines of shell in a page, one command each; continued lines are joined. */
export function commandsOf(markdown: string): string[] {
  const fenced = blocksOf(markdown)
    .filter(({ language }) => language === 'sh')
    .map(({ text }) => text);
  const indented = [...markdown.matchAll(/(?<=\n\n)(?: {4}\S.*\n(?: {4,}.*\n)*)/g)]
    .map(([text]) => text.replaceAll(/^ {4}/gm, ''))
    .filter((text) => /^(?:npx|npm|node|bash|curl|sandscope|aws|gcloud) /.test(text));
  return [...fenced, ...indented]
    .flatMap((text) => text.replaceAll(/\\\n\s*/g, '').split('\n'))
    .map((line) => line.replace(/\s+#.*$/, '').trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}
