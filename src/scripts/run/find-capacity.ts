import { join } from 'node:path'
import type { LoadTestConfig } from '../../config/load-test-config.ts'
import { resultOfSearch } from '../../dashboard/live-run.ts'
import { capacityDocument } from '../../report/capacity/capacity-document.ts'
import { describeCapacityStep, purposeNames } from '../../report/capacity/capacity-step.ts'
import { printTerminal } from '../../report/terminal/print-terminal.ts'
import { withReportPath } from '../../report/terminal-result.ts'
import { colorsFor, columnsOf } from '../../report/terminal-text.ts'
import { writeReports } from '../../report/write-reports.ts'
import { findCapacity as search } from '../../run/find-capacity.ts'
import type { CommandIo } from '../cli/command-io.ts'
import type { RunContext } from './run-context.ts'
import { showLoadTest } from './show-run.ts'
import { writeCapacity } from './write-capacity.ts'

/** Searches for the capacity, shows the progress, and prints the result. */
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
        view.note(`step ${number}: ${ratePerSecond}/s, ${purposeNames[purpose]}`)
        view.live?.searchStep(`${ratePerSecond}/s, ${purposeNames[purpose]}`)
      },
      onRun: ({ folder }) => writeReports(folder),
      onStepEnd(step) {
        view.note(describeCapacityStep(step))
        view.live?.searchStepEnded({ held: step.held, text: describeCapacityStep(step) })
      },
    })
    await writeCapacity(capacity, { path, redact })
    if (config.output.json) io.stdout.write(`${redact.text(JSON.stringify(capacity))}\n`)
    view.live?.end(resultOfSearch(capacity, path))
    view.close()
    if (!config.output.quiet) {
      const stream = io.stderr as NodeJS.WriteStream
      const colors = colorsFor(stream, io.env)
      const document = withReportPath(capacityDocument(capacity), join(path, 'capacity.html'))
      const text = printTerminal(document, { columns: columnsOf(stream), colors })
      stream.write(redact.text(`\n${text}`))
    }
    return { exitCode: capacity.exitCode }
  })
}
