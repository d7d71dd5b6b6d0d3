/** The name of a function from a template: `{memory}` and similar placeholders are replaced. */
export function functionFor(template: string, values: Readonly<Record<string, string | number>>): string {
  return template.replaceAll(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}
