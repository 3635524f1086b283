import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { makeTemporaryFolder } from './temporary-folder.ts'

it('makes a private folder and removes the folders of killed processes', async () => {
  const own = await makeTemporaryFolder()
  expect(statSync(own).mode & 0o777).toBe(0o700)
  const { pid } = spawnSync(process.execPath, ['--version'])
  const stale = own.replace(`-${process.pid}-`, `-${pid}-`)
  const reused = own.replace(new RegExp(`-${process.pid}-\\d+-`), `-${process.pid}-1-`)
  const elsewhere = stale.replace(/vana-load-[0-9a-f]{8}-/, 'vana-load-00000000-')
  for (const folder of [stale, reused, elsewhere]) {
    mkdirSync(folder)
    writeFileSync(join(folder, 'target.json'), '{}')
  }
  const next = await makeTemporaryFolder()
  const left = [own, next, stale, reused, elsewhere].map((folder) => existsSync(folder))
  for (const folder of [own, next, stale, reused, elsewhere]) rmSync(folder, { recursive: true, force: true })
  // A reused process id is a different process, and every container has its own ids.
  expect(left).toEqual([true, true, false, process.platform !== 'linux', true])
})
