import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readKeystoreFacts } from './keystore.ts'
import { type MnemonicSources, obtainMnemonic } from './obtain-mnemonic.ts'

const mnemonic = 'test test test test test test test test test test test junk'
const moksha = { chainId: 14_800, rpcUrls: ['https://rpc.moksha.vana.org'] }
const local = { chainId: 14_800, rpcUrls: ['http://127.0.0.1:8545'] }
const range = { from: 0, count: 10 }
const refused = expect.objectContaining({ code: 'CONFIG_INVALID' })

let folder: string
let path: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vana-load-mnemonic-'))
  path = join(folder, 'wallets.json')
})
afterEach(() => rm(folder, { recursive: true }))

const sources = (more: Partial<MnemonicSources>): MnemonicSources => ({
  seed: '1',
  home: moksha,
  range,
  ...more,
})
const keystore = (create = true) => ({ path, passphrase: async () => 'open sesame', create, cost: 2 ** 12 })

describe('the mnemonic of wallets', () => {
  it('comes from the environment, and on the embedded chain from the seed if nothing is given', async () => {
    expect(await obtainMnemonic(sources({ mnemonic }))).toEqual({ mnemonic, source: 'environment' })
    expect(await obtainMnemonic(sources({ mnemonic, home: local }))).toEqual({
      mnemonic,
      source: 'environment',
    })
    expect(await obtainMnemonic(sources({ home: local }))).toMatchObject({ source: 'seed' })
    await expect(obtainMnemonic(sources({}))).rejects.toThrow(refused)
    await expect(obtainMnemonic(sources({ mnemonic: 'test test' }))).rejects.toThrow(
      expect.objectContaining({ code: 'MNEMONIC_INVALID' }),
    )
  })

  it('is made and kept in a keystore that does not exist, and is the same the next time', async () => {
    const made = await obtainMnemonic(sources({ keystore: keystore() }))
    expect(made.source).toBe('new keystore')
    const again = await obtainMnemonic(sources({ keystore: keystore(), range: { from: 10, count: 5 } }))
    expect(again).toEqual({ mnemonic: made.mnemonic, source: 'keystore' })
    expect((await readKeystoreFacts(path)).ranges).toEqual([{ from: 0, count: 15 }])
  })

  it('is kept in a new keystore if the environment gives one', async () => {
    await obtainMnemonic(sources({ mnemonic, keystore: keystore() }))
    expect(await obtainMnemonic(sources({ keystore: keystore(false) }))).toMatchObject({ mnemonic })
  })

  it('is not created if an existing keystore is required, and the passphrase is not requested', async () => {
    const unasked = {
      ...keystore(false),
      passphrase: () => Promise.reject(new Error('asked for a passphrase')),
    }
    await expect(obtainMnemonic(sources({ keystore: unasked }))).rejects.toThrow(
      expect.objectContaining({ code: 'KEYSTORE_MISSING' }),
    )
  })

  it('is refused when two sources differ, or the keystore is for another chain', async () => {
    await obtainMnemonic(sources({ keystore: keystore() }))
    await expect(obtainMnemonic(sources({ mnemonic, keystore: keystore() }))).rejects.toThrow(refused)
    const mainnet = { ...moksha, chainId: 1480 }
    await expect(obtainMnemonic(sources({ keystore: keystore(), home: mainnet }))).rejects.toThrow(refused)
  })
})
