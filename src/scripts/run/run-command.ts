import { resolve } from 'node:path'
import { type ConfigDocument, describeConfig } from '../../config/describe-config.ts'
import type { Environment } from '../../config/environment-layer.ts'
import { throwProblems } from '../../config/problem.ts'
import type { ResolvedConfig } from '../../config/resolve-config.ts'
import type { Baseline } from '../../results/baseline/baseline-schema.ts'
import { checkFileHandles } from '../../run/check-file-handles.ts'
import type { CommandIo } from '../cli/command-io.ts'
import { exitCodes } from '../cli/exit-code.ts'
import { withPassphrase } from '../cli/with-passphrase.ts'
import { runContextOf } from './run-context.ts'

/** Plans a load test (`--dry-run`), searches for the capacity, or runs the test. */
export async function runCommand(
  asked: ResolvedConfig,
  environment: Environment,
  io: CommandIo,
): Promise<number> {
  const baseline = await baselineOf(asked, io, describeConfig(asked))
  if (asked.config.dryRun) {
    const { showPlan } = await import('./show-plan.ts')
    await showPlan(asked.config, io, runContextOf(asked, environment))
    return exitCodes.ok
  }
  checkFileHandles(asked.config)
  const resolved = await withPassphrase(asked, io)
  const context = runContextOf(resolved, environment)
  if (resolved.config.capacity.find) {
    const { findCapacity } = await import('./find-capacity.ts')
    const { exitCode } = await findCapacity(resolved.config, io, context)
    return exitCode
  }
  const { runLoadTest } = await import('./run-load-test.ts')
  const { exitCode } = await runLoadTest(resolved.config, io, context, baseline)
  return exitCode
}

/** Reads the baseline of a run and checks that both are of the same test, before anything is started or paid. */
async function baselineOf(
  { config }: Pick<ResolvedConfig, 'config'>,
  io: CommandIo,
  document: ConfigDocument,
): Promise<Baseline | undefined> {
  if (config.baseline === undefined) return undefined
  if (config.capacity.find) {
    throwProblems([
      { key: 'baseline', found: 'a capacity search makes many runs, and a baseline is for one' },
    ])
  }
  const { needMatchingBaseline } = await import('../../results/baseline/read-baseline.ts')
  return await needMatchingBaseline(resolve(io.cwd, config.baseline), document, config.target)
}
