/** Lays out a table whose cells are Markdown already. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

/** Escapes text for one line of Markdown, so that neither Markdown nor HTML acts on it. */
export function plain(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replace(/[\\`*_{}[\]<>()#!|~]/g, '\\$&')
    .replaceAll('&', '&amp;')
    .replaceAll('@', '@\u200b')
    .replaceAll('\\(', '(')
    .replaceAll('\\)', ')')
}

/** Puts text into backticks; what would end the code or the cell is replaced. */
export function code(text: string): string {
  const line = text.replace(/\s+/g, ' ').replaceAll('`', "'")
  // A backslash before the one that escapes a pipe would undo it.
  return line === '' ? '' : `\`${line.replace(/\\*\|/g, '\\|')}\``
}
