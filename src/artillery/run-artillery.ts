import { spawn } from 'node:child_process'
import { guardAgainstOrphan } from '../process/orphan-guard.ts'
import type { Artillery } from './find-artillery.ts'

/** What {@link runArtillery} needs. */
export type ArtilleryRun = {
  artillery: Artillery
  /** Path of the script. */
  script: string
  /** Path that Artillery writes its report to. */
  report: string
  /** The whole environment; telemetry is turned off in it unless it already says so. */
  env: NodeJS.ProcessEnv
  /** Leaves out all but errors of what Artillery says. */
  isQuiet: boolean
  /** Where what Artillery says goes. */
  stdout: 'stdout' | 'stderr'
  /** First and second interruption. */
  interrupt: AbortSignal
  forced: AbortSignal
}

/**
 * Runs Artillery to its end. It has a process group of its own, so that a signal reaches it once, through this process.
 *
 * @returns its exit code; 1 when a signal ended it
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
