import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { DependencyName } from '../src/config/dependency.ts'
import { type ProcessUsage, readProcessUsage } from '../src/process/process-usage.ts'
import { readRun } from '../src/results/read-run.ts'
import { type Summary, summarySchema } from '../src/results/summary-schema.ts'
import type { TimelineLine } from '../src/results/timeline-line.ts'
import { startEmbeddedTarget } from '../src/run/start-embedded-target.ts'

/** The embedded stack, and the compiled program to run against it. */
export type Stack = {
  /** Runs `vana-load run` with these flags to its end. */
  run(...flags: string[]): Promise<Summary>
  /** Returns the timeline of a run on this stack. */
  timeline(runId: string): Promise<TimelineLine[]>
  /** Returns the CPU time of the stack's processes so far. */
  usage(): Promise<Partial<Record<DependencyName, ProcessUsage>>>
  /** Returns the number of the API server's JSON-RPC calls so far. */
  relayerCalls(): Promise<number>
  close(): Promise<void>
}

const program = fileURLToPath(new URL('../dist/index.js', import.meta.url))

/** Block time of the embedded chain. */
export const blockTime = '1s'

/** Gas limit of its blocks: room for 60 flows, so that the chain is not the limit. */
export const blockGasLimit = 100_000_000

/** Seed of all runs. Each adds a number, to use its own wallets. */
export const seed = 'bench'

/** Starts the embedded stack with 1 s blocks of ample size. Each run against it uses its own wallets. */
export async function openStack(): Promise<Stack> {
  const folder = await mkdtemp(join(tmpdir(), 'vana-load-bench-'))
  const { target, stop } = await startEmbeddedTarget(
    ['--block-time', blockTime, '--block-gas-limit', String(blockGasLimit)],
    new AbortController().signal,
  )
  const file = join(folder, 'target.json')
  const results = join(folder, 'results')
  await writeFile(file, JSON.stringify(target), { mode: 0o600 })
  let runs = 0
  return {
    async run(...flags) {
      const common = ['--target', file, '--out', results, '--seed', `${seed}-${++runs}`, '--json']
      const { stdout } = await promisify(execFile)(process.execPath, [program, 'run', ...common, ...flags], {
        maxBuffer: 64 * 1024 * 1024,
        env: { ...process.env, VANA_LOAD_THRESHOLD: 'none' },
      })
      return summarySchema.parse(JSON.parse(stdout))
    },
    async timeline(runId) {
      const lines: TimelineLine[] = []
      for await (const line of (await readRun(join(results, runId))).timeline()) lines.push(line)
      return lines
    },
    async usage() {
      const entries = Object.entries(target.pids ?? {}).map(
        async ([name, pid]) => [name, await readProcessUsage(pid)] as const,
      )
      return Object.fromEntries(await Promise.all(entries))
    },
    async relayerCalls() {
      const answer = await fetch(target.metricsUrls?.apiServer ?? '')
      const stats = (await answer.json()) as { rpc: { total: number } }
      return stats.rpc.total
    },
    async close() {
      await stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
