import { spawn } from 'node:child_process'
import { guardAgainstOrphan } from '../process/orphan-guard.ts'
import type { Artillery } from './find-artillery.ts'

/** Options of {@link runArtillery}. */
export type ArtilleryRun = {
  artillery: Artillery
  /** Path of the script. */
  script: string
  /** Path that Artillery writes its report to. */
  report: string
  /** The complete environment. Telemetry is turned off unless it is set there. */
  env: NodeJS.ProcessEnv
  /** Whether to print only Artillery's errors. */
  isQuiet: boolean
  /** Receives Artillery's output. */
  stdout: 'stdout' | 'stderr'
  /** First and second interrupt. */
  interrupt: AbortSignal
  forced: AbortSignal
}

/**
 * Runs Artillery to its end, in its own process group, so that a signal reaches it once, through this process.
 *
 * @returns its exit code; 1 if a signal ended it
 */
export async function runArtillery(run: ArtilleryRun): Promise<number> {
  const { artillery, script, report, env, isQuiet, stdout, interrupt, forced } = run
  const args = [artillery.program, 'run', script, '--output', report, ...(isQuiet ? ['--quiet'] : [])]
  const child = spawn(process.execPath, args, {
    env: { ARTILLERY_DISABLE_TELEMETRY: '1', ...env },
    stdio: ['ignore', stdout === 'stdout' ? 'inherit' : 2, 'inherit'],
    detached: true,
    windowsHide: true,
  })
  const release = child.pid === undefined ? () => undefined : guardAgainstOrphan(child.pid)
  const pass = (): void => void child.kill('SIGINT')
  interrupt.addEventListener('abort', pass)
  forced.addEventListener('abort', pass)
  try {
    return await new Promise<number>((resolve, reject) => {
      child.once('error', reject)
      child.once('close', (code) => resolve(code ?? 1))
    })
  } finally {
    release()
    interrupt.removeEventListener('abort', pass)
    forced.removeEventListener('abort', pass)
  }
}
