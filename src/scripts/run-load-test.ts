import { resolve } from 'node:path'
import type { LoadTestConfig } from '../config/load-test-config.ts'
import { createRedactor } from '../results/redact.ts'
import { runLoadTest as makeLoadTest } from '../run/run-load-test.ts'
import type { CommandIo } from './command-io.ts'
import { ownVersion } from './own-version.ts'
import type { RunContext } from './run-context.ts'

/** Makes a load test and shows how it goes. */
export async function runLoadTest(
  config: LoadTestConfig,
  io: CommandIo,
  context: RunContext,
): Promise<{ exitCode: number }> {
  const redact = createRedactor()
  redact.register(...context.secrets)
  const { summary, folder } = await makeLoadTest({
    config,
    document: context.document,
    redact,
    environment: context.environment,
    version: ownVersion(),
    resultsDirectory: resolve(io.cwd, config.output.directory),
    interrupt: io.signal,
    forced: io.forced,
    view: {
      note: (text) => io.stderr.write(`${text}\n`),
      update: (s) =>
        io.stderr.write(`${Math.round(s.elapsedMs)} ${JSON.stringify(s.users)} ${JSON.stringify(s.now)}\n`),
    },
  })
  if (config.output.json) io.stdout.write(`${redact.text(JSON.stringify(summary))}\n`)
  io.stderr.write(`${folder.path}\n`)
  return { exitCode: summary.exitCode }
}
