import { open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { processRedactor } from '../redaction/process-redactor.ts'

/**
 * Writes a file so that a reader sees either nothing, the old content, or all of the new content, even after a crash: writes a
 * file next to it, makes that durable, and renames it. Removes secrets.
 *
 * @example await writeAtomically('results/1/summary.json', '{}\n')
 */
export async function writeAtomically(path: string, content: string): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`
  try {
    const file = await open(temporary, 'w')
    try {
      await file.writeFile(processRedactor.text(content), 'utf8')
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
  await syncFolder(dirname(path))
}

/** Makes a rename durable. Not every system can sync a folder, but the content is safe either way. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r').catch(() => null)
  if (folder === null) return
  try {
    await folder.sync()
  } catch {
    // Windows and some network file systems refuse to sync a folder.
  } finally {
    await folder.close()
  }
}
