import { execFile } from 'node:child_process'
import { chmod, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { EndpointStats } from '../chain/rpc/rpc.ts'
import { type Funder, shareFunder, takeFunderTurn } from './funder-turns.ts'

const address = '0x70997970C51812dc3A010C7d01b50e0d17dc79C8'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vana-load-turns-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const funderAt = (labels: string[], chainId = 14_800): Funder => ({
  rpc: { chainId, endpoints: () => labels.map((label) => ({ label }) as EndpointStats) },
  address,
})
const funder = funderAt(['https://rpc.example.com/v2/***'])

/** Whether two are kept apart. */
async function areApart(one: Funder, other: Funder): Promise<boolean> {
  const stop = new AbortController()
  let isWaiting = false
  const note = (): void => {
    isWaiting = true
    stop.abort()
  }
  const ends = [await takeFunderTurn(one, { folder })]
  await takeFunderTurn(other, { folder, note, signal: stop.signal }).then(
    (end) => ends.push(end),
    () => undefined,
  )
  for (const end of ends) await end()
  return isWaiting
}

describe('a funder', () => {
  it('is used by one funding at a time, and the others report whom they wait for', async () => {
    let paying = 0
    let most = 0
    const notes: string[] = []
    const fund = async (): Promise<void> => {
      const endTurn = await takeFunderTurn(funder, { folder, note: (text) => notes.push(text) })
      paying += 1
      most = Math.max(most, paying)
      await new Promise((resolve) => setImmediate(resolve))
      paying -= 1
      await endTurn()
    }
    await Promise.all([fund(), fund(), fund(), fund()])
    expect(most).toBe(1)
    expect(notes[0]).toMatch(
      new RegExp(`^Process ${process.pid} \\(since .*Z\\) pays with ${address}: waiting`),
    )
    expect(await readdir(folder)).toEqual([])
  })

  it('is not waited for while a run has it, which may be long', async () => {
    const endRun = await shareFunder(funder, { folder })
    await expect(takeFunderTurn(funder, { folder })).rejects.toMatchObject({
      code: 'FUNDER_BUSY',
      message: expect.stringContaining(`Process ${process.pid} (since`),
      details: { pid: process.pid },
    })
    await endRun()
    await (await takeFunderTurn(funder, { folder }))()
    expect(await readdir(folder)).toEqual([])
  })

  it('is shared by runs, once a running funding has ended', async () => {
    const endTurn = await takeFunderTurn(funder, { folder })
    const order: string[] = []
    const runs = [1, 2].map(() =>
      shareFunder(funder, { folder, note: () => order.push('waits') }).then((endRun) => {
        order.push('runs')
        return endRun
      }),
    )
    await expect.poll(() => order).toEqual(['waits', 'waits'])
    await endTurn()
    for (const endRun of await Promise.all(runs)) await endRun()
    expect(order.slice(2)).toContain('runs')
  })

  it('is another on another chain, and on each node of this machine', async () => {
    expect(
      await areApart(funder, funderAt(['https://other.example.org'])),
      'a chain is known by its id',
    ).toBe(true)
    expect(await areApart(funder, funderAt(['https://rpc.example.com/v2/***'], 1480))).toBe(false)
    const here = funderAt(['http://127.0.0.1:8545'])
    expect(await areApart(here, funderAt(['http://127.0.0.1:8545']))).toBe(true)
    expect(await areApart(here, funderAt(['http://127.0.0.1:8546']))).toBe(false)
  })

  it('pays without locks, and says so, where there is no place for them', async () => {
    const file = join(folder, 'file')
    await writeFile(file, '')
    const notes: string[] = []
    const endTurn = await takeFunderTurn(funder, { folder: file, note: (text) => notes.push(text) })
    await endTurn()
    expect(notes).toEqual([expect.stringContaining('cannot be kept waiting')])
  })

  it.runIf(process.getuid?.() === 0)(
    'is had by a user without a name, as containers run programs',
    async () => {
      const program = `
      const { takeFunderTurn } = await import(${JSON.stringify(new URL('funder-turns.ts', import.meta.url).href)})
      process.setuid(54_321)
      const rpc = { chainId: 14_800, endpoints: () => [{ label: 'https://rpc.example.com' }] }
      const endTurn = await takeFunderTurn({ rpc, address: '${address}' }, { note: console.log })
      const { readdirSync } = await import('node:fs')
      console.log(readdirSync(process.env.TMPDIR + '/vana-load-54321').length)
      await endTurn()`
      const args = ['--import', 'tsx', '--input-type=module', '--eval', program]
      await chmod(folder, 0o777)
      const env = { ...process.env, TMPDIR: folder }
      const { stdout } = await promisify(execFile)(process.execPath, args, { env })
      expect(stdout).toBe('1\n')
    },
  )
})
