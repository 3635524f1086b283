import type { LoadTestConfig } from '../../config/load-test-config.ts'
import { writeReports } from '../../report/write-reports.ts'
import type { Baseline } from '../../results/baseline/baseline-schema.ts'
import { runLoadTest as makeLoadTest } from '../../run/run-load-test.ts'
import type { CommandIo } from '../cli/command-io.ts'
import type { RunContext } from './run-context.ts'
import { showLoadTest } from './show-run.ts'

/** Makes a load test, shows how it goes, and writes its reports. */
export function runLoadTest(
  config: LoadTestConfig,
  io: CommandIo,
  context: RunContext,
  baseline?: Baseline,
): Promise<{ exitCode: number }> {
  return showLoadTest(config, io, context, async (test) => {
    const { summary, folder } = await makeLoadTest({ ...test, baseline })
    const { timeline } = await writeReports(folder)
    if (config.output.json) io.stdout.write(`${test.redact.text(JSON.stringify(summary))}\n`)
    test.view.finish(summary, folder.file('html'), timeline.points)
    return { exitCode: summary.exitCode }
  })
}
