/** A command line as a page or a help text shows it. */
export type DocumentedCommand = {
  /** The line as it is written, without what surrounds the command. */
  line: string
  /** Variables that are set before it. */
  env: Record<string, string>
  /** The words, without redirections. */
  words: string[]
}

const starts = /^(?:- )?(?:run: )?(?:\$ )?((?:[A-Z_]+=\S+ )*(?:vana-load|npx|npm|node)\s.*)$/

/**
 * Finds the command lines of a page: lines of code, fenced or indented, that begin with a program that can be run here.
 *
 * @example documentedCommands('    vana-load report   # again')[0].words // ['vana-load', 'report']
 */
export function documentedCommands(markdown: string): DocumentedCommand[] {
  let isFenced = false
  return markdown.split('\n').flatMap((raw) => {
    if (raw.startsWith('```')) {
      isFenced = !isFenced
      return []
    }
    const [, line] = (isFenced || raw.startsWith('    ') ? starts.exec(raw.trim()) : null) ?? []
    return line === undefined ? [] : splitCommands(line)
  })
}

/** Finds the examples of a help text. */
export function exampleCommands(help: string): DocumentedCommand[] {
  return [...help.matchAll(/^ +\$ (vana-load .*?)(?: {3}.*)?$/gm)].flatMap(([, line = '']) =>
    splitCommands(line),
  )
}

function splitCommands(line: string): DocumentedCommand[] {
  const commands: DocumentedCommand[] = [{ line: '', env: {}, words: [] }]
  const tokens = line.matchAll(
    /(?<comment>(?<=\s)#.*$)|(?<join>&&|&)|(?<redirect>>>?\s*\S+)|(?<word>(?:'[^']*'|"[^"]*"|[^\s'"&>])+)/g,
  )
  for (const { groups = {} } of tokens) {
    const { join, word } = groups
    if (join !== undefined) commands.push({ line: '', env: {}, words: [] })
    const command = commands.at(-1)
    if (word === undefined || command === undefined) continue
    const text = word.replaceAll(/'([^']*)'|"([^"]*)"/g, '$1$2')
    const [, name, value = ''] = /^([A-Z_]+)=(.*)$/.exec(text) ?? []
    if (name !== undefined && command.words.length === 0) command.env[name] = value
    else command.words.push(text)
    command.line += command.line === '' ? word : ` ${word}`
  }
  return commands.filter(({ words }) => words.length > 0)
}
