/*
 * What Artillery loads: the functions that a script names. It is bundled into one file without dependencies, for
 * Artillery installs whatever it finds imported there on every machine; the run itself is the agent's, a process of its
 * own that comes as a program beside it.
 *
 * Artillery calls `begin` and `end` in its main thread, the others in its worker threads.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { FlowMetrics } from './metrics.ts'
import type { ScriptVariables } from './script.ts'
import { type Agent, startAgent } from './start-agent.ts'
import { askFlow, askPart } from './talk-to-agent.ts'

/** What Artillery gives a function; the parts of it that are used here. */
type Context = {
  vars: Record<string, unknown> & { vanaLoad?: ScriptVariables; vanaLoadUrl?: string; $scenarioFile?: string }
}
type Emitter = { emit(event: 'counter' | 'histogram', name: string, value: number): unknown }

/** Where this file lies; a CommonJS bundle has it. */
declare const __dirname: string
/** Artillery's own state, if this is Artillery. */
const artillery = (globalThis as { artillery?: { suggestedExitCode?: number } }).artillery

let agent: Agent | undefined
let program = join(__dirname, 'program', 'index.mjs')

/** Has another program run the load, rather than the one beside this file. */
export function useProgram(path: string): void {
  program = path
}

/** Before the first user: starts the agent, which makes target and wallets ready. */
export async function begin(context: Context): Promise<void> {
  const variables = context.vars.vanaLoad
  if (variables === undefined) throw failure('CONFIG_INVALID', 'The script has no variable vanaLoad.')
  refuseCopies()
  if (!existsSync(program)) {
    const message = `${program} is missing. \`vana-load artillery write\` makes a folder that has it.`
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

/** One user: it has gone its flow when this returns, and failed when this throws. */
export async function flow(context: Context, emitter: Emitter): Promise<void> {
  const { failure: failed, ...metrics } = await askFlow(urlOf(context))
  emit(emitter, metrics)
  if (failed) throw failure(failed.code, failed.message)
}

/** A whole part of a load: it succeeds when every threshold held. */
export async function part(context: Context, emitter: Emitter): Promise<void> {
  const exitCode = await askPart(urlOf(context), (metrics) => emit(emitter, metrics))
  if (exitCode === 0) return
  throw failure(partFailures[exitCode] ?? 'PART_FAILED', `The part ended with exit code ${exitCode}.`)
}

/** After the last user, or when Artillery is interrupted: waits until the money is settled and the results written. */
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
 * Artillery Fargate starts the same script on every machine of a test; all would take the same wallets, and one key's
 * nonces from each other.
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
  throw failure('CONFIG_INVALID', 'The script does not begin: `before` has to name the function `begin`.')
}

function folderOf({ vars }: Context): string {
  const file = vars.$scenarioFile
  return file === undefined ? process.cwd() : join(file, '..')
}

function emit(emitter: Emitter, { counters, histograms }: FlowMetrics): void {
  for (const [name, count] of Object.entries(counters)) emitter.emit('counter', name, count)
  for (const [name, ms] of Object.entries(histograms)) emitter.emit('histogram', name, ms)
}

/** Artillery counts a failed user under the error's code. */
function failure(code: string, message: string): Error {
  return Object.assign(new Error(message), { code })
}

function suggestExitCode(exitCode: number): void {
  if (artillery) artillery.suggestedExitCode = exitCode
}
