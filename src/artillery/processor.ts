/*
 * The functions that a script names, which Artillery loads. Bundled into one file without dependencies, because Artillery
 * installs every import on every machine. The run itself happens in the agent, a separate process whose program is next to
 * this file.
 *
 * Artillery calls `begin` and `end` in its main thread, the others in its worker threads.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { FlowMetrics } from './metrics.ts'
import type { ScriptVariables } from './script.ts'
import { type Agent, startAgent } from './start-agent.ts'
import { askFlow, askPart } from './talk-to-agent.ts'

/** The parts of Artillery's context that are used here. */
type Context = {
  vars: Record<string, unknown> & { vanaLoad?: ScriptVariables; vanaLoadUrl?: string; $scenarioFile?: string }
}
type Emitter = { emit(event: 'counter' | 'histogram', name: string, value: number): unknown }

/** Folder of this file, which a CommonJS bundle provides. */
declare const __dirname: string
/** Artillery's own state, if Artillery runs this. */
const artillery = (globalThis as { artillery?: { suggestedExitCode?: number } }).artillery

let agent: Agent | undefined
let program = join(__dirname, 'program', 'index.mjs')

/** Sets the program that runs the load. @default the one next to this file */
export function useProgram(path: string): void {
  program = path
}

/** Runs before the first user: starts the agent, which prepares the target and the wallets. */
export async function begin(context: Context): Promise<void> {
  const variables = context.vars.vanaLoad
  if (variables === undefined) throw failure('CONFIG_INVALID', 'The script has no variable vanaLoad.')
  refuseCopies()
  if (!existsSync(program)) {
    const message = `${program} is missing. \`vana-load artillery write\` creates a folder that includes it.`
    throw failure('CONFIG_INVALID', message)
  }
  agent = startAgent(program, variables, folderOf(context))
  const start = await agent.ready
  if ('failed' in start) {
    const { code, message, hint, exitCode } = start.failed
    process.stderr.write(`\n${code}: ${message}\n  hint: ${hint}\n\n`)
    suggestExitCode(exitCode)
    throw failure(code, message)
  }
  context.vars.vanaLoadUrl = start.ready.url
}

/** Runs one user: returns when its flow succeeds, throws when it fails. */
export async function flow(context: Context, emitter: Emitter): Promise<void> {
  const { failure: failed, ...metrics } = await askFlow(urlOf(context))
  emit(emitter, metrics)
  if (failed) throw failure(failed.code, failed.message)
}

/** Runs a whole part of a load, which succeeds if every threshold holds. */
export async function part(context: Context, emitter: Emitter): Promise<void> {
  const exitCode = await askPart(urlOf(context), (metrics) => emit(emitter, metrics))
  if (exitCode === 0) return
  throw failure(partFailures[exitCode] ?? 'PART_FAILED', `The part ended with exit code ${exitCode}.`)
}

/** Runs after the last user or an interrupt: waits until the money is settled and the results are written. */
export async function end(): Promise<void> {
  const outcome = await agent?.finish()
  if (outcome && outcome.exitCode !== 0) suggestExitCode(outcome.exitCode)
}

const partFailures: Record<number, string> = {
  4: 'THRESHOLD_FAILED',
  5: 'RUN_STOPPED',
  130: 'ABORTED',
}

/**
 * Refuses several copies: Artillery Fargate starts the same script on every machine of a test, and all would use the same
 * wallets and conflict over the nonces of one key.
 */
function refuseCopies(): void {
  const { WORKER_ID: id, IS_LEADER: leader } = process.env
  if (id === undefined || leader === undefined || leader === 'true') return
  throw failure(
    'CONFIG_INVALID',
    'Start each part of a load separately, with --count 1: see docs/artillery.md.',
  )
}

function urlOf({ vars }: Context): string {
  if (vars.vanaLoadUrl) return vars.vanaLoadUrl
  throw failure('CONFIG_INVALID', 'The agent is not started: `before` has to name the function `begin`.')
}

function folderOf({ vars }: Context): string {
  const file = vars.$scenarioFile
  return file === undefined ? process.cwd() : join(file, '..')
}

function emit(emitter: Emitter, { counters, histograms }: FlowMetrics): void {
  for (const [name, count] of Object.entries(counters)) emitter.emit('counter', name, count)
  for (const [name, ms] of Object.entries(histograms)) emitter.emit('histogram', name, ms)
}

/** Creates an error with a code, under which Artillery counts a failed user. */
function failure(code: string, message: string): Error {
  return Object.assign(new Error(message), { code })
}

function suggestExitCode(exitCode: number): void {
  if (artillery) artillery.suggestedExitCode = exitCode
}
