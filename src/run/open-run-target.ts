import { setMaxListeners } from 'node:events'
import { rm, writeFile } from 'node:fs/promises'
import { devNull } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import type { Environment } from '../config/environment-layer.ts'
import { flagsOf } from '../config/flags-of.ts'
import type { LoadTestConfig } from '../config/load-test-config.ts'
import { chainParameters, testbedParameters } from '../config/parameters/chain.ts'
import { limitParameters } from '../config/parameters/money.ts'
import { resolveTarget } from '../config/resolve-target.ts'
import type { Target, TargetPlan } from '../config/target.ts'
import { variablesOf } from '../config/variables-of.ts'
import { LoadTestError } from '../errors/load-test-error.ts'
import { makeTemporaryFolder } from '../files/temporary-folder.ts'
import { ManagedProcess } from '../process/managed-process.ts'
import { ownProgram } from '../process/own-program.ts'
import { startEmbeddedTarget } from './start-embedded-target.ts'

/** A target that is ready, with what of it this run started itself. */
export type RunTarget = {
  target: Target
  /** Resolves when a part that this run started has ended unexpectedly; the error names it and has its last output. */
  lost: Promise<LoadTestError>
  /** Starts the faults that this run put into the target; called when everything is ready. @default there are none */
  startFaults?: (() => void) | undefined
  close(): Promise<unknown>
}

/** Aborts with `forced`, and once the embedded chain has ended: what is on it can no longer be returned. */
export function endsAtOnce(
  forced: AbortSignal,
  { lost }: Pick<RunTarget, 'lost'>,
  { target }: Pick<LoadTestConfig, 'target'>,
): AbortSignal {
  if (target !== 'local') return forced
  const ended = new AbortController()
  void lost.then((error) => ended.abort(error))
  const either = AbortSignal.any([forced, ended.signal])
  // Every wallet that is swept listens to it.
  setMaxListeners(0, either)
  return either
}

/**
 * Makes the environment under test ready: starts the embedded stack for `local`, and for a target without an API server
 * one of its own, each as a child process.
 *
 * @throws LoadTestError CONFIG_INVALID, TESTBED_START_FAILED, TARGET_NOT_READY; the signal's reason when aborted
 */
export async function openRunTarget(options: {
  config: LoadTestConfig
  environment: Environment
  targetDocument?: object | undefined
  note: (text: string) => void
  signal: AbortSignal
}): Promise<RunTarget> {
  const { config, environment, note, signal } = options
  const target = options.targetDocument ?? config.target
  const plan = await resolveTarget({ ...config, target }, environment)
  if (plan !== 'local' && config.testbed.faults.length > 0) {
    throw new LoadTestError(
      'CONFIG_INVALID',
      `--fault ${config.testbed.faults.join(', ')} needs the embedded stack, and the target is ${plan.name}.`,
      {
        hint: 'Use --target local, or put the faults in with `vana-load testbed --fault ... --json` and run against that.',
      },
    )
  }
  if (plan === 'local') {
    note('starting the embedded stack')
    const testbed = await startEmbeddedTarget(
      [
        ...flagsOf(testbedParameters, config.testbed),
        ...flagsOf({ relayerLanes: chainParameters.relayerLanes }, config.chain),
        ...['--grantees', String(config.flow.grantees)],
        ...['--max-spend', `${config.limits.maxSpendWei}wei`],
      ],
      signal,
      { ...variablesIn(environment), ...variablesOf(testbedParameters, config.testbed) },
    )
    return {
      target: testbed.target,
      lost: endedByItself('the embedded stack', testbed),
      startFaults: testbed.startFaults,
      close: () => testbed.stop(),
    }
  }
  if (plan.apiServer)
    return { target: { ...plan, apiServer: plan.apiServer }, lost: never, close: async () => {} }
  note('starting the API server')
  return startApiServer(plan, options)
}

const variablesIn = (environment: Environment): Record<string, string> =>
  Object.fromEntries([...environment].map(([name, { value }]) => [name, value]))

const never = new Promise<never>(() => {})

type Child = { exited: Promise<{ expected: boolean }>; lastOutput(): string }

async function endedByItself(what: string, { exited, lastOutput }: Child): Promise<LoadTestError> {
  const { expected } = await exited
  if (expected) return never
  return new LoadTestError(
    'TESTBED_DIED',
    `${what} ended during the run. Its last output: ${lastWords(lastOutput())}`,
  )
}

/** The last lines of an output, short enough for a table. */
function lastWords(output: string): string {
  const words = output.trim().split('\n').slice(-3).join(' ').slice(-300)
  return words === '' ? 'none' : words
}

const addressSchema = z.object({ url: z.string() })

/** Starts `vana-load serve`, which gets its keys as this process did, through the environment. */
async function startApiServer(
  plan: TargetPlan,
  options: { config: LoadTestConfig; environment: Environment; signal: AbortSignal },
): Promise<RunTarget> {
  const { config, environment, signal } = options
  const { chain, limits, load } = config
  const folder = await makeTemporaryFolder()
  const file = join(folder, 'target.json')
  await writeFile(file, JSON.stringify(plan), { mode: 0o600 })
  const program = ownProgram('../index', import.meta.url)
  const child = new ManagedProcess<{ url: string }>({
    name: 'vana-load serve',
    command: program.command,
    args: [
      ...[...program.args, 'serve', '--env', devNull, '--target', file, '--port', '0', '--json'],
      ...['--part', `${load.part.index + 1}/${load.part.count}`],
      ...flagsOf(chainParameters, chain),
      ...flagsOf({ allowMainnet: limitParameters.allowMainnet }, limits),
      ...['--max-spend', `${limits.maxSpendWei}wei`],
    ],
    env: variablesIn(environment),
    ready: { line: (line) => (line.startsWith('{') ? addressSchema.parse(JSON.parse(line)) : undefined) },
    startTimeoutMs: 30_000,
    stopTimeoutMs: 15_000,
  })
  const close = async (): Promise<void> => {
    await child.stop()
    await rm(folder, { recursive: true, force: true })
  }
  try {
    const apiServer = await child.start(signal)
    // The server has read it, and it may hold access keys.
    await rm(folder, { recursive: true, force: true })
    return {
      target: {
        ...plan,
        apiServer,
        metricsUrls: { ...plan.metricsUrls, apiServer: `${apiServer.url}/__metrics` },
      },
      lost: endedByItself('the API server', { exited: child.exited, lastOutput: () => child.lastOutput() }),
      close,
    }
  } catch (cause) {
    await close()
    if (signal.aborted) throw signal.reason
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new LoadTestError('TARGET_NOT_READY', `The API server did not start: ${reason}`, { cause })
  }
}
