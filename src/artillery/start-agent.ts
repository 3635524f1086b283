import { type ChildProcess, spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import type { AgentNews, AgentOrder } from './agent-messages.ts'
import type { ScriptVariables } from './script.ts'

/** The process that runs the load for Artillery. */
export type Agent = {
  /** Its first message: that users may arrive, or why there is no run. */
  ready: Promise<Extract<AgentNews, { ready: unknown } | { failed: unknown }>>
  /** Ends its input, since there are no more users, and waits for the end of the run. */
  finish(): Promise<{ exitCode: number }>
}

/**
 * Starts the agent.
 *
 * It leads its own process group, so that Ctrl-C reaches it only through Artillery. When Artillery ends for any reason, the
 * agent's input ends, and with it the run: flows in flight get their grace period, funds are returned and results are written.
 *
 * @param program path of the program of `vana-load`
 */
export function startAgent(program: string, variables: ScriptVariables, folder: string): Agent {
  const { form, settings, outcomeFile } = variables
  const child = spawn(process.execPath, [program, 'artillery', 'agent'], {
    stdio: ['pipe', 'pipe', 'inherit'],
    detached: true,
    windowsHide: true,
  })
  const order: AgentOrder = { form, settings, folder }
  child.stdin.on('error', () => undefined)
  child.stdin.write(`${JSON.stringify(order)}\n`)
  const stopForwarding = forwardSignals(child)
  let ended: { exitCode: number; path?: string } | undefined
  const ready = new Promise<Awaited<Agent['ready']>>((resolve) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const news = JSON.parse(line) as AgentNews
      if ('ended' in news) ended = news.ended
      else resolve(news)
    })
    child.once('error', ({ message }) => resolve(notStarted(message)))
    child.once('close', (code) => resolve(notStarted(`it ended with exit code ${code}`)))
  })
  const closed = new Promise<number | null>((resolve) => {
    child.once('close', resolve)
    child.once('error', () => resolve(null))
  })
  return {
    ready,
    async finish() {
      child.stdin.end()
      const exitCode = (await closed) ?? 1
      stopForwarding()
      if (outcomeFile !== undefined && ended) writeFileSync(outcomeFile, JSON.stringify(ended))
      return { exitCode }
    },
  }
}

function notStarted(reason: string): Extract<AgentNews, { failed: unknown }> {
  const message = `The agent's process did not start: ${reason}.`
  return { failed: { code: 'PROCESS_START_FAILED', message, hint: 'Its output is above.', exitCode: 1 } }
}

/** Forwards signals to the agent: the first one stops a run, the second one ends it at once. */
function forwardSignals(child: ChildProcess): () => void {
  const forward = (signal: NodeJS.Signals): void => void child.kill(signal)
  process.on('SIGINT', forward)
  process.on('SIGTERM', forward)
  return () => {
    process.off('SIGINT', forward)
    process.off('SIGTERM', forward)
  }
}
