import { readFile, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { findArtillery } from '../../artillery/find-artillery.ts'
import { builtFolder, ownProgramFile, packageFolder } from '../../artillery/package-files.ts'
import { runArtillery } from '../../artillery/run-artillery.ts'
import { renderScript } from '../../artillery/script.ts'
import { describeConfig } from '../../config/describe-config.ts'
import type { Environment } from '../../config/environment-layer.ts'
import type { artilleryRunParameters } from '../../config/parameters/artillery.ts'
import type { ResolvedConfig } from '../../config/resolve-config.ts'
import { makeTemporaryFolder } from '../../files/temporary-folder.ts'
import { writeAtomically } from '../../results/write-atomically.ts'
import type { CommandIo } from '../cli/command-io.ts'
import type { ConfigOptions } from '../cli/config-options.ts'
import { exitCodes } from '../cli/exit-code.ts'
import { withPassphrase } from '../cli/with-passphrase.ts'

/** Runs a load test with the installed Artillery, and adds its report to the results. */
export async function runCommand(
  given: ConfigOptions<typeof artilleryRunParameters>,
  io: CommandIo,
): Promise<number> {
  const { form, artilleryFolder } = given.own
  const { config } = given.resolved
  const settings = settingsOf(given.resolved, io.cwd)
  if (config.dryRun) {
    io.stdout.write(renderScript(config, { form, settings }))
    return exitCodes.ok
  }
  const artillery = findArtillery({
    named: artilleryFolder === undefined ? undefined : resolve(io.cwd, artilleryFolder),
    places: [io.cwd, packageFolder],
    path: io.env.PATH,
    node: process.versions.node,
  })
  const { config: complete } = await withPassphrase(given.resolved, io)
  const folder = await makeTemporaryFolder()
  const files = {
    script: 'script.yml',
    processor: 'processor.cjs',
    outcome: 'outcome.json',
    report: 'artillery.json',
  }
  const at = (name: keyof typeof files): string => join(folder, files[name])
  try {
    await writeFile(at('script'), renderScript(config, { form, settings, outcomeFile: at('outcome') }))
    await writeFile(at('processor'), processorOfPackage)
    const exitCode = await runArtillery({
      artillery,
      script: at('script'),
      report: at('report'),
      env: environmentOf(given.environment, complete.secrets.keystorePassphrase),
      isQuiet: config.output.quiet,
      stdout: config.output.json ? 'stderr' : 'stdout',
      interrupt: io.signal,
      forced: io.forced,
    })
    const outcome = await readJson(at('outcome'))
    if (outcome === undefined) return exitCode === 0 ? exitCodes.unexpected : exitCode
    const { path, exitCode: own } = outcome as { path: string; exitCode: number }
    const report = await readFile(at('report')).catch(() => undefined)
    if (report) {
      await writeAtomically(join(path, 'artillery.json'), String(report))
      io.stderr.write(`Artillery's report: ${join(path, 'artillery.json')}\n`)
    }
    if (config.output.json) io.stdout.write(await readFile(join(path, 'summary.json'), 'utf8'))
    // Artillery's own conditions are those of the same thresholds, on its rounded figures.
    return own !== exitCodes.ok || exitCode === 0 ? own : exitCodes.thresholdFailed
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const processorOfPackage = `const processor = require(${JSON.stringify(join(builtFolder, 'processor.cjs'))})
processor.useProgram(${JSON.stringify(ownProgramFile)})
module.exports = processor
`

/** What was asked for; the target document stays where it is. */
function settingsOf(resolved: ResolvedConfig, cwd: string): Record<string, unknown> {
  const { dryRun: _dryRun, ...settings } = describeConfig(resolved).settings
  const { target } = resolved.config
  return ['local', 'moksha', 'env'].includes(target)
    ? settings
    : { ...settings, target: resolve(cwd, target) }
}

/** The environment as this command read it, an env file included; secrets go no other way. */
function environmentOf(environment: Environment, passphrase: string | undefined): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = Object.fromEntries(
    [...environment].map(([name, { value }]) => [name, value]),
  )
  return passphrase === undefined ? env : { ...env, VANA_LOAD_KEYSTORE_PASSPHRASE: passphrase }
}

async function readJson(path: string): Promise<unknown> {
  const text = await readFile(path, 'utf8').catch(() => undefined)
  return text === undefined ? undefined : JSON.parse(text)
}
