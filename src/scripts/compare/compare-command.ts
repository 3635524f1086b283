import { extname, resolve } from 'node:path'
import type { ValuesOf } from '../../config/parameter.ts'
import type { compareCommandParameters, pastRunParameters } from '../../config/parameters/past-runs.ts'
import { type Problem, throwProblems } from '../../config/problem.ts'
import { LoadTestError } from '../../errors/load-test-error.ts'
import { ownVersion } from '../../process/own-version.ts'
import { processRedactor } from '../../redaction/process-redactor.ts'
import { comparisonDocument } from '../../report/comparison/comparison-document.ts'
import { printTerminal } from '../../report/terminal/print-terminal.ts'
import { colorsFor, columnsOf } from '../../report/terminal-text.ts'
import { type Comparison, compareRuns } from '../../results/compare/compare-runs.ts'
import { writeAtomically } from '../../results/write-atomically.ts'
import type { CommandIo } from '../cli/command-io.ts'
import { exitCodes } from '../cli/exit-code.ts'
import { readEndedRun } from '../cli/read-ended-run.ts'

type CompareOptions = ValuesOf<typeof compareCommandParameters> &
  ValuesOf<typeof pastRunParameters> & { names: readonly string[] }

/** The forms of a comparison in a file. */
const renderers: Record<string, (comparison: Comparison) => string | Promise<string>> = {
  '.html': async (comparison) =>
    (await import('../../report/html/print-html.ts')).printHtml(comparisonDocument(comparison)),
  '.md': async (comparison) =>
    (await import('../../report/markdown/print-markdown.ts')).printMarkdown(comparisonDocument(comparison)),
  '.json': (comparison) => `${JSON.stringify(comparison, null, 2)}\n`,
}

/** Compares runs, and prints or writes the comparison. */
export async function compareCommand(options: CompareOptions, io: CommandIo): Promise<number> {
  const { outputFile, smallestChange, directory, json, names } = options
  const render = outputFile === undefined ? undefined : renderers[extname(outputFile)]
  throwProblems(problemsOf(options, render !== undefined))
  const results = resolve(io.cwd, directory)
  const [first = 'previous', ...others] = names
  const reference = await readEndedRun(results, first)
  const rest = []
  for (const name of others.length === 0 ? ['latest'] : others) rest.push(await readEndedRun(results, name))
  const comparison = await compareRuns([reference, ...rest], {
    tool: { name: 'vana-load', version: ownVersion() },
    smallestChange,
  })
  const shown = json
    ? `${JSON.stringify(comparison, null, 2)}\n`
    : printTerminal(comparisonDocument(comparison), {
        columns: columnsOf(io.stdout, 100),
        colors: colorsFor(io.stdout, io.env),
      })
  io.stdout.write(processRedactor.text(shown))
  if (outputFile !== undefined && render !== undefined) {
    const path = resolve(io.cwd, outputFile)
    await write(path, processRedactor.text(await render(comparison)))
    io.stderr.write(`${path}\n`)
  }
  return exitCodes.ok
}

function problemsOf({ outputFile, smallestChange, names }: CompareOptions, canRender: boolean): Problem[] {
  const problems: Problem[] = []
  if (names.length === 1) problems.push({ key: 'runs', found: 'one', allowed: 'two or more, or none' })
  if (outputFile !== undefined && !canRender) {
    problems.push({ key: '--output', found: outputFile, allowed: 'a file that ends in .html, .md or .json' })
  }
  if (smallestChange === 1) problems.push({ key: '--smallest', found: '100%', allowed: 'less than 100%' })
  return problems
}

async function write(path: string, content: string): Promise<void> {
  try {
    await writeAtomically(path, content)
  } catch (cause) {
    throw new LoadTestError('RESULTS_UNWRITABLE', `Cannot write ${path}.`, { cause })
  }
}
