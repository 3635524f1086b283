import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { lockJournal, openMoneyJournal } from './money-journal.ts'

describe('a money journal that cannot be written', () => {
  it('says so where its folder does not exist', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'vana-load-journal-'))
    const path = join(folder, 'none', 'money.ndjson')
    const unwritable = { code: 'RESULTS_UNWRITABLE', hint: expect.stringContaining('--journal') }
    await expect(openMoneyJournal(path)).rejects.toMatchObject(unwritable)
    await expect(lockJournal(path, {})).rejects.toMatchObject(unwritable)
    await rm(folder, { recursive: true })
  })

  it.skipIf(process.platform !== 'linux')('says so when its disk is full', async () => {
    const journal = await openMoneyJournal('/dev/full')
    await expect(journal.append({ type: 'verified' })).rejects.toMatchObject({
      code: 'RESULTS_UNWRITABLE',
      cause: { code: 'ENOSPC' },
    })
    await journal.close()
  })
})
