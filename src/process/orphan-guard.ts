import { type ChildProcess, spawn } from 'node:child_process'

/**
 * Program of the guard, as text so that a bundle needs no extra file. It collects the process ids from its input and kills
 * them when the input ends, which means that its parent has ended for some reason.
 */
const guardProgram = `
  const pids = new Set()
  let rest = ''
  process.stdin.setEncoding('utf8')
  process.stdin.on('data', (text) => {
    const lines = (rest + text).split('\\n')
    rest = lines.pop()
    for (const line of lines) {
      const pid = Number(line.slice(1))
      if (line[0] === '+') pids.add(pid)
      else pids.delete(pid)
    }
  })
  process.stdin.on('end', () => {
    for (const pid of pids) try { process.kill(pid, 'SIGKILL') } catch {}
  })
`

let guard: ChildProcess | undefined
const guardedPids = new Set<number>()

/**
 * Makes sure that a child process does not outlive this one, even if this one is killed.
 *
 * One small guard process serves all children. It starts with the first and ends with the last.
 *
 * @param pid the child's process id
 * @returns a function to call when the child has ended, before its id can be reused
 */
export function guardAgainstOrphan(pid: number): () => void {
  guard ??= startGuard()
  guardedPids.add(pid)
  guard.stdin?.write(`+${pid}\n`)
  return () => {
    if (!guardedPids.delete(pid)) return
    guard?.stdin?.write(`-${pid}\n`)
    if (guardedPids.size > 0) return
    guard?.stdin?.end()
    guard = undefined
  }
}

function startGuard(): ChildProcess {
  const child = spawn(process.execPath, ['-e', guardProgram], {
    stdio: ['pipe', 'ignore', 'ignore'],
    // Ctrl-C in a terminal reaches the whole process group; the guard must outlive it.
    detached: true,
    windowsHide: true,
    env: process.env.SystemRoot ? { SystemRoot: process.env.SystemRoot } : {},
  })
  // The guard is a safety net, so its failure must not fail its children.
  child.on('error', () => undefined)
  child.stdin.on('error', () => undefined)
  child.unref()
  if ('unref' in child.stdin && typeof child.stdin.unref === 'function') child.stdin.unref()
  return child
}
