import type { LoadTestConfig } from '../../config/load-test-config.ts'
import { resultOfSearch } from '../../dashboard/live-run.ts'
import { purposeWords, stepWords } from '../../report/capacity-words.ts'
import { renderCapacity } from '../../report/terminal-capacity.ts'
import { colorsFor, columnsOf } from '../../report/terminal-text.ts'
import { writeReports } from '../../report/write-reports.ts'
import { findCapacity as search } from '../../run/find-capacity.ts'
import type { CommandIo } from '../cli/command-io.ts'
import type { RunContext } from './run-context.ts'
import { showLoadTest } from './show-run.ts'
import { writeCapacity } from './write-capacity.ts'

/** Looks for the highest rate that holds, shows how the search goes, and prints what it found. */
export function findCapacity(
  config: LoadTestConfig,
  io: CommandIo,
  context: RunContext,
): Promise<{ exitCode: number }> {
  return showLoadTest(config, io, context, async (test) => {
    const { redact, view } = test
    const { capacity, path } = await search({
      ...test,
      hasOwnCap: context.hasOwnCap,
      onStep({ number, ratePerSecond, purpose }) {
        view.note(`step ${number}: ${ratePerSecond}/s, ${purposeWords[purpose]}`)
        view.live?.searchStep(`${ratePerSecond}/s, ${purposeWords[purpose]}`)
      },
      onRun: ({ folder }) => writeReports(folder),
      onStepEnd(step) {
        view.note(stepWords(step))
        view.live?.searchStepEnded({ held: step.held, text: stepWords(step) })
      },
    })
    await writeCapacity(capacity, { path, redact })
    if (config.output.json) io.stdout.write(`${redact.text(JSON.stringify(capacity))}\n`)
    view.live?.end(resultOfSearch(capacity, path))
    view.close()
    if (!config.output.quiet) {
      const stream = io.stderr as NodeJS.WriteStream
      const colors = colorsFor(stream, io.env)
      stream.write(redact.text(renderCapacity(capacity, { columns: columnsOf(stream), colors, path })))
    }
    return { exitCode: capacity.exitCode }
  })
}
