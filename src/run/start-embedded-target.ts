import { devNull } from 'node:os'
import { heldFaultsVariable, startFaultsMessage } from '../config/held-faults.ts'
import { testbedPartList } from '../config/kinds/testbed-parts.ts'
import { envPrefix } from '../config/parameter-names.ts'
import { type Target, targetSchema } from '../config/target.ts'
import { testbedParts } from '../config/testbed-part.ts'
import { LoadTestError } from '../errors/load-test-error.ts'
import { ManagedProcess, type ProcessExit } from '../process/managed-process.ts'
import { ownProgram } from '../process/own-program.ts'
import { learnDocument } from '../redaction/process-redactor.ts'

/** An embedded target that is up, in a process of its own. */
export type EmbeddedTarget = {
  target: Target
  /** Settles when it has ended, for whatever reason. */
  exited: Promise<ProcessExit>
  lastOutput(): string
  /** Starts the faults that it was asked for; until then they are held back. */
  startFaults(): void
  stop(): Promise<unknown>
}

/**
 * Starts the embedded stack as `vana-load testbed --json` does, in a child process, so that the generator shares no
 * event loop with what it measures, and takes the target document from its output.
 *
 * @param args flags of the command `testbed`, none of which holds a secret
 * @param variables more variables of its environment. @default none
 * @throws LoadTestError TESTBED_START_FAILED with the child's last output; the signal's reason when aborted
 */
export async function startEmbeddedTarget(
  args: readonly string[],
  signal: AbortSignal,
  variables: Readonly<Record<string, string>> = {},
): Promise<EmbeddedTarget> {
  const program = ownProgram('../index', import.meta.url)
  const child = new ManagedProcess<Target>({
    name: 'vana-load testbed',
    command: program.command,
    args: [
      ...program.args,
      'testbed',
      '--json',
      '--env',
      devNull,
      '--only',
      testbedPartList.show([...testbedParts]),
      ...args,
    ],
    env: { ...withoutSettings(process.env), ...variables, [heldFaultsVariable]: '1' },
    channel: true,
    ready: { line: readTarget },
    startTimeoutMs: 60_000,
    stopTimeoutMs: 15_000,
  })
  try {
    const target = await child.start(signal)
    return {
      target,
      exited: child.exited,
      lastOutput: () => child.lastOutput(),
      startFaults: () => child.send(startFaultsMessage),
      stop: () => child.stop(),
    }
  } catch (cause) {
    if (signal.aborted) throw signal.reason
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new LoadTestError('TESTBED_START_FAILED', reason, { cause })
  }
}

/** The stack gets its settings from this program, which may not have taken any from its environment. */
function withoutSettings(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith(envPrefix)))
}

function readTarget(line: string): Target | undefined {
  if (!line.startsWith('{')) return undefined
  try {
    const document: unknown = JSON.parse(line)
    learnDocument(document)
    return targetSchema.parse(document)
  } catch {
    return undefined
  }
}
