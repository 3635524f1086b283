import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { projectFiles } from './project-files.ts'

/** A phrase that readers stumble over, and its place. */
export type OddPhrase = {
  path: string
  /** From 1. */
  line: number
  phrase: string
  /** What to write instead. */
  instead: string
}

/** Phrases that sound translated or obscure, and what to write instead. */
const plainWords: readonly [pattern: RegExp, instead: string][] = [
  [/\bcoins?\b/gi, 'funds, balance, VANA'],
  [/\bbooks?\b/g, 'ledger; "the books balance": money reconciles'],
  [/\btold\b/gi, 'called with, receives, reports, warns'],
  [/\b(?:held|holds?|holding)\b[^.\n]{0,40}? against\b/gi, 'compared with, checked against'],
  [/\bat work\b/gi, 'running, in flight'],
  [/\bunder way\b/gi, 'running, in flight'],
  [/\blest\b/gi, 'so that … does not'],
  [/\bby (?:itself|themselves)\b/gi, 'on its own, alone, automatically'],
  [/\ball the same\b/gi, 'still, anyway'],
  [/\bas (?:it|they) (?:was|were)\b(?=[.,;)]|$)/gim, 'unchanged'],
  [/\blets? in\b/gi, 'admit, accept, start'],
  [/\bcarr(?:y|ies|ied|ying)\b/gi, 'run, complete, hold, include'],
  [/\briddles?\b/gi, 'obscure errors'],
  [/\bgiv(?:e|es|ing) way\b/gi, 'run at lower priority, yield'],
  [/\bat (?:its|their) word\b/gi, '"these figures are unreliable"'],
  [/\bnobody (?:is to|can|asks?|asked|says?|knows)\b/gi, 'name the subject: "no caller …", "… is unknown"'],
  [/\bwhoever\b/gi, 'name the subject: "a client that …"'],
  [/\b(?:earlier|former|last) life\b/gi, 'earlier process'],
  [/\bmend(?:s|ed|ing)?\b/gi, 'fix, repair'],
  [/\bgot through\b/gi, 'succeeded'],
  [/\b(?:go(?:es)?|went|gone) the whole way\b/gi, 'complete(s) the flow, succeed(s)'],
  [/(?<=^|[.:;] |\* |\/\/ |- )Who [a-z]+\b[^?\n]*$/gm, 'begin with the subject: "A caller that …"'],
  [/(?<=^|\. |\* |\/\/ )Of (?:a|an|the|its|their|those|these)\b[^,.\n]*,/gm, 'begin with the subject'],
]

const root = fileURLToPath(new URL('../..', import.meta.url))
const isRead = (path: string): boolean =>
  /^(?:src|milestones|test|bench|build|examples|contracts|configs|docs)\/.*\.(?:ts|md|yml)$|^[A-Z]+\.md$/.test(
    path,
  ) && !/\/plain-words(?:\.test)?\.ts$/.test(path)

/** Finds odd phrases in everything that people read: pages, and the texts and comments of the code. */
export function findOddPhrases(): OddPhrase[] {
  return projectFiles()
    .filter(isRead)
    .flatMap((path) => oddPhrasesIn(path, readFileSync(join(root, path), 'utf8')))
}

/**
 * Finds odd phrases in one text.
 *
 * @param path tells code, in which names are skipped, from prose
 * @example oddPhrasesIn('docs/a.md', 'It gives way.')[0].instead // 'run at lower priority, yield'
 */
export function oddPhrasesIn(path: string, text: string): OddPhrase[] {
  const prose = path.endsWith('.ts') ? withoutNames(text) : text
  return plainWords.flatMap(([pattern, instead]) =>
    [...prose.matchAll(pattern)].map(({ index, 0: phrase }) => ({
      path,
      line: prose.slice(0, index).split('\n').length,
      phrase: phrase.slice(0, 60),
      instead,
    })),
  )
}

/** Blanks out the identifiers of code, so that only comments and strings remain. */
function withoutNames(code: string): string {
  const pieces: string[] = []
  let end = 0
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node) || ts.isPrivateIdentifier(node)) {
      pieces.push(code.slice(end, node.getStart()), '_'.repeat(node.getWidth()))
      end = node.getEnd()
    }
    ts.forEachChild(node, visit)
  }
  visit(ts.createSourceFile('code.ts', code, ts.ScriptTarget.Latest, true))
  return pieces.join('') + code.slice(end)
}
