import { createHash } from 'node:crypto'
import { readlinkSync } from 'node:fs'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { isRunning, startOf } from './process-life.ts'

const name = 'vana-load'

/**
 * Makes a folder for temporary files that only this user can read. Also removes folders that killed processes left behind,
 * since their files may contain access keys.
 *
 * @returns its path; the caller removes the folder
 */
export async function makeTemporaryFolder(): Promise<string> {
  await removeStaleFolders()
  return mkdtemp(join(tmpdir(), `${name}-${place()}-${process.pid}-${startOf(process.pid)}-`))
}

/** Removes the folders of processes of this machine that have ended. Skips what it may not remove, such as another user's. */
export async function removeStaleFolders(): Promise<void> {
  const folders = await readdir(tmpdir()).catch(() => [])
  const pattern = new RegExp(`^${name}-${place()}-(\\d+)-(\\d+)-`)
  for (const folder of folders) {
    const [, pid, start] = pattern.exec(folder) ?? []
    if (pid === undefined || isRunning(Number(pid), Number(start))) continue
    await rm(join(tmpdir(), folder), { recursive: true, force: true }).catch(() => undefined)
  }
}

/** Identifies the namespace of process ids: containers may share a temporary folder, but each has its own ids. */
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
