import { extname, resolve } from 'node:path'
import type { Command } from 'commander'
import { throwProblems } from '../config/problem.ts'
import { LoadTestError } from '../errors/load-test-error.ts'
import { ownVersion } from '../process/own-version.ts'
import { processRedactor } from '../redaction/process-redactor.ts'
import { type Comparison, compareRuns } from '../results/compare/compare-runs.ts'
import { writeAtomically } from '../results/write-atomically.ts'
import type { CommandIo } from './cli/command-io.ts'
import { exitCodes } from './cli/exit-code.ts'
import { readEndedRun } from './cli/read-ended-run.ts'
import type { CommandModule } from './main.ts'

type CompareOptions = { results: string; out?: string; json?: true; smallest: string }

const renderers: Record<string, () => Promise<(comparison: Comparison) => string>> = {
  '.html': async () => (await import('../report/comparison-html.ts')).renderComparisonHtml,
  '.md': async () => (await import('../report/comparison-markdown.ts')).renderComparisonMarkdown,
  '.json': async () => (comparison) => `${JSON.stringify(comparison, null, 2)}\n`,
}

/** The command `compare`: runs side by side. */
export const define: CommandModule['define'] = (command, io, run) => {
  command
    .description(
      'Puts runs side by side: each with the first one, figure by figure, with what noise the flows of the runs have, so\n' +
        'that chance is not taken for a change. Without runs: the one before the latest, and the latest.',
    )
    .argument(
      '[runs...]',
      'ids of runs, the start of one, `latest`, `previous`, or paths of their folders; the first is held to be before',
    )
    .option('--out <file>', 'Also write it to this file: .html, .md or .json.')
    .option('--smallest <share>', 'The smallest change that matters, in per cent.', '5%')
    .option('--results <folder>', 'Folder that the results of runs are in.', 'results')
    .option('--json', 'Print one JSON document on standard output, and nothing else there.')
    .option('--debug', 'Show the stack of an error.')
    .action((names: string[]) => run(() => compare(command, io, names)))
    .addHelpText(
      'after',
      '\nExamples:\n  $ vana-load compare\n  $ vana-load compare 20260801-142233 latest --out comparison.html\n' +
        '  $ vana-load compare main/results/20260801-142233-7f3k9a latest --json\n\nMore: docs/comparing.md\n',
    )
}

async function compare(command: Command, io: CommandIo, names: readonly string[]): Promise<number> {
  const options = command.opts<CompareOptions>()
  const render = options.out === undefined ? undefined : renderers[extname(options.out)]
  const smallestChange = readPercent(options.smallest)
  throwProblems([
    ...(names.length === 1 ? [{ key: 'runs', found: 'one', allowed: 'two or more, or none' }] : []),
    ...(options.out !== undefined && render === undefined
      ? [{ key: '--out', found: options.out, allowed: 'a file that ends in .html, .md or .json' }]
      : []),
    ...(smallestChange === undefined
      ? [{ key: '--smallest', found: `'${options.smallest}'`, allowed: 'a share such as 5%' }]
      : []),
  ])
  const results = resolve(io.cwd, options.results)
  const [first = 'previous', ...others] = names
  const reference = await readEndedRun(results, first)
  const rest = []
  for (const name of others.length === 0 ? ['latest'] : others) rest.push(await readEndedRun(results, name))
  const comparison = await compareRuns([reference, ...rest], {
    tool: { name: 'vana-load', version: ownVersion() },
    ...(smallestChange === undefined ? {} : { smallestChange }),
  })
  const redactor = processRedactor
  if (options.json) io.stdout.write(`${redactor.text(JSON.stringify(comparison, null, 2))}\n`)
  else {
    const { renderComparison } = await import('../report/terminal-comparison.ts')
    const { colorsFor, columnsOf } = await import('../report/terminal-text.ts')
    const columns = columnsOf(io.stdout, 100)
    const text = renderComparison(comparison, { columns, colors: colorsFor(io.stdout, io.env) })
    io.stdout.write(`${redactor.text(text)}\n`)
  }
  if (options.out !== undefined && render !== undefined) {
    const path = resolve(io.cwd, options.out)
    await write(path, redactor.text((await render())(comparison)))
    io.stderr.write(`${path}\n`)
  }
  return exitCodes.ok
}

async function write(path: string, content: string): Promise<void> {
  try {
    await writeAtomically(path, content)
  } catch (cause) {
    throw new LoadTestError('RESULTS_UNWRITABLE', `Cannot write ${path}.`, { cause })
  }
}

/** A share such as `5%` or `0.05`; `undefined` when it is none. */
function readPercent(text: string): number | undefined {
  const [, digits, percent] = /^(\d+(?:\.\d+)?)(%)?$/.exec(text.trim()) ?? []
  if (digits === undefined) return undefined
  const share = Number(digits) / (percent === undefined ? 1 : 100)
  return share < 1 ? share : undefined
}
