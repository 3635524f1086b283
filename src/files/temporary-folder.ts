import { createHash } from 'node:crypto'
import { readlinkSync } from 'node:fs'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { isRunning, startOf } from './process-life.ts'

const name = 'vana-load'

/**
 * Makes a folder for temporary files that only this user can read, and removes those of processes that were killed before they
 * could: such files may hold access keys.
 *
 * @returns its path; whoever made it removes it
 */
export async function makeTemporaryFolder(): Promise<string> {
  await removeStaleFolders()
  return mkdtemp(join(tmpdir(), `${name}-${place()}-${process.pid}-${startOf(process.pid)}-`))
}

/** Removes the folders of processes of this machine that are gone. What cannot be removed, another user's for example, stays. */
export async function removeStaleFolders(): Promise<void> {
  const folders = await readdir(tmpdir()).catch(() => [])
  const pattern = new RegExp(`^${name}-${place()}-(\\d+)-(\\d+)-`)
  for (const folder of folders) {
    const [, pid, start] = pattern.exec(folder) ?? []
    if (pid === undefined || isRunning(Number(pid), Number(start))) continue
    await rm(join(tmpdir(), folder), { recursive: true, force: true }).catch(() => undefined)
  }
}

/** Names where a process id means the same: containers may share a temporary folder, and each has ids of its own. */
function place(): string {
  return createHash('sha256').update(`${hostname()} ${processNamespace()}`).digest('hex').slice(0, 8)
}

function processNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid')
  } catch {
    return ''
  }
}
