import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { lockFile } from './file-lock.ts'

let folder: string
let path: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vana-load-lock-'))
  path = join(folder, 'wallets.json')
})
afterEach(() => rm(folder, { recursive: true, force: true }))

describe('lockFile', () => {
  it('admits one holder at a time, however many wait, and leaves no file behind', async () => {
    let inside = 0
    let most = 0
    const work = async (): Promise<void> => {
      const unlock = await lockFile(path)
      inside += 1
      most = Math.max(most, inside)
      await new Promise((resolve) => setImmediate(resolve))
      inside -= 1
      await unlock()
    }
    await Promise.all(Array.from({ length: 12 }, work))
    expect(most).toBe(1)
    expect(await readdir(folder)).toEqual([])
  })

  it('keeps a separate lock for each file', async () => {
    const unlock = await lockFile(path)
    await (await lockFile(`${path}.money.ndjson`))()
    await (await lockFile(join(folder, 'wallets')))()
    await unlock()
  })

  it('reports the holder, and stops waiting when the signal aborts', async () => {
    const unlock = await lockFile(path)
    const stop = new AbortController()
    const holders: number[] = []
    const waiting = lockFile(path, {
      signal: stop.signal,
      onWait: ({ pid }) => {
        holders.push(pid)
        stop.abort(new Error('enough'))
      },
    })
    await expect(waiting).rejects.toThrow('enough')
    expect(holders).toEqual([process.pid])
    await unlock()
    expect(await readdir(folder)).toEqual([])
  })

  it('is free after its holder was killed, even if another process has the same id', async () => {
    const source = `import { lockFile } from ${JSON.stringify(new URL('file-lock.ts', import.meta.url).href)}
      await lockFile(${JSON.stringify(path)}); console.log('held'); setInterval(() => {}, 1000)`
    const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', source])
    await once(child.stdout, 'data')
    const holders: number[] = []
    const waiting = lockFile(path, { onWait: ({ pid }) => holders.push(pid) })
    await expect.poll(() => holders).toEqual([child.pid])
    child.kill('SIGKILL')
    await (await waiting)()
    expect(await readdir(folder)).toEqual([])

    if (process.platform !== 'linux') return
    await writeFile(`${path}.lock-${process.pid}-7-00000000`, '')
    await (await lockFile(path))()
    expect(await readdir(folder)).toEqual([])
  })
})
