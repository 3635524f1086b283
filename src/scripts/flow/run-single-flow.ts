import type { LoadTestConfig } from '../../config/load-test-config.ts'
import type { Redactor } from '../../redaction/redact.ts'
import { createStepPrinter } from '../../report/step-printer.ts'
import { isOwnFault } from '../../results/exit-code.ts'
import { runSingleFlow as goSingleFlow } from '../../run/run-single-flow.ts'
import type { CommandIo } from '../cli/command-io.ts'
import { exitCodes } from '../cli/exit-code.ts'
import type { RunContext } from '../run/run-context.ts'
import { showRun } from '../run/show-run.ts'

/** Runs one flow and shows every step. */
export function runSingleFlow(
  config: LoadTestConfig,
  io: CommandIo,
  context: RunContext,
): Promise<{ exitCode: number }> {
  const open = (redact: Redactor) => ({
    ...createStepPrinter((line) => io.stderr.write(`${redact.text(line)}\n`)),
    close() {},
  })
  return showRun(io, context, open, async (printer, redact) => {
    const result = await goSingleFlow({
      config,
      environment: context.environment,
      redact,
      interrupt: io.signal,
      forced: io.forced,
      note: printer.note,
      onStart: (user, target) => printer.begin(user.address, target.name),
      observer: printer.observer,
    })
    printer.end(result)
    if (config.output.json) {
      const { target, ...rest } = result
      io.stdout.write(`${JSON.stringify(redact.deep({ target: target.name, ...rest }))}\n`)
    }
    if (io.signal.aborted) return { exitCode: exitCodes.interrupted }
    if (result.money.problems.some(isOwnFault)) return { exitCode: exitCodes.unexpected }
    if (result.money.problems.length > 0) return { exitCode: exitCodes.notReady }
    return { exitCode: result.outcome === 'succeeded' ? exitCodes.ok : exitCodes.thresholdFailed }
  })
}
