import { rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Writes a target document to a temporary file while `work` uses it. */
export async function withTarget<T>(document: unknown, work: (file: string) => Promise<T>): Promise<T> {
  const file = join(tmpdir(), `vana-load-milestone-4-${process.pid}.json`)
  await writeFile(file, JSON.stringify(document), { mode: 0o600 })
  try {
    return await work(file)
  } finally {
    await rm(file, { force: true })
  }
}
