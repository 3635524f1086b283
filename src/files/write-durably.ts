import { randomBytes } from 'node:crypto'
import { link, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'

/**
 * Writes a file so that after a crash, even of the machine, it has either the old content or all of the new one. Only the
 * owner can ever read it (mode 0600).
 *
 * @param options.replace whether an existing file may be replaced; if not, the error has the code `EEXIST`
 * @throws the file system's error
 * @example await writeDurably('wallets.json', text, { replace: false })
 */
export async function writeDurably(
  path: string,
  content: string,
  { replace }: { replace: boolean },
): Promise<void> {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`
  try {
    const file = await open(temporary, 'wx', 0o600)
    try {
      await file.writeFile(content)
      await file.sync()
    } finally {
      await file.close()
    }
    // A rename replaces an existing file; a link fails if one exists. Both are atomic.
    if (replace) await rename(temporary, path)
    else await link(temporary, path)
  } finally {
    await rm(temporary, { force: true })
  }
  await syncFolder(dirname(path))
}

/** Makes a new or renamed entry of a folder durable. Windows neither needs nor allows it. */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}
