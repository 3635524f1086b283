import { generateMnemonic, TestWalletManager, VanaLoadTestClient } from 'vana-load'
import { afterAll, expect, inject, it } from 'vitest'
import { askAboutUser } from '../src/ask-about-user.ts'

const { target, urls } = inject('vanaLoad')
const client = new VanaLoadTestClient({ target, threads: 1, flow: { submission: 'relayed' } })
const wallets = new TestWalletManager({ target, mnemonic: generateMnemonic() })

afterAll(async () => {
  await client.close()
  await wallets.close()
})

it('answers from the data of a user who granted access', async () => {
  const user = wallets.wallet(0)
  const { outcome, tx, answer } = await client.runFlow(user)
  expect(outcome).toBe('succeeded')
  expect(await askAboutUser(urls.apiServer, tx?.permissionId ?? '')).toEqual(answer)
})

it('reports a permission that does not exist', async () => {
  await expect(askAboutUser(urls.apiServer, '999999')).rejects.toThrow(/^4\d\d /)
})
