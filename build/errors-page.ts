/** Writes `docs/errors.md` from the catalogue. A test checks that it is up to date. */
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type ErrorCode, errorCatalog } from '../src/errors/catalog.ts'
import { exitCodeOf } from '../src/scripts/cli/exit-code.ts'

/** Returns the page as Markdown. */
export function errorsPage(): string {
  const rows = Object.entries(errorCatalog).map(
    ([code, { retriable, hint }]) =>
      `| \`${code}\` | ${retriable ? 'yes' : 'no'} | ${exitCodeOf(code as ErrorCode)} | ${hint.replaceAll('|', '\\|')} |`,
  )
  return [
    '# Errors',
    '',
    'Every error has one of these stable codes: in the terminal, in `flows.ndjson`, in `summary.json` and in the API server’s',
    'answers. *Retry* says whether trying again can help; a run retries within its budget. A command that fails with the error ends',
    'with its exit code. In a run it is the error of a flow, and thresholds decide.',
    '',
    '| code | retry | exit code | what to do |',
    '|---|---|---|---|',
    ...rows,
    '',
  ].join('\n')
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(new URL('../docs/errors.md', import.meta.url), errorsPage())
}
