import { createDecipheriv, scryptSync } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { keccak256 } from 'viem'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ErrorCode } from '../errors/catalog.ts'
import { addKeystoreRange, createKeystore, openKeystore, readKeystoreFacts } from './keystore.ts'

const mnemonic = 'test test test test test test test test test test test junk'
const passphrase = 'correct horse'
// The cost only makes guessing slow; a test need not wait for it.
const cost = 2 ** 10
const content = { mnemonic, passphrase, chainId: 14800, ranges: [{ from: 0, count: 100 }], cost }
const withCode = (code: ErrorCode): unknown => expect.objectContaining({ code })

let folder: string
let path: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vana-load-keystore-'))
  path = join(folder, 'wallets.json')
})
afterEach(() => rm(folder, { recursive: true }))

describe('a keystore', () => {
  it('gives back its mnemonic for the passphrase, and its facts to anyone', async () => {
    await createKeystore(path, { ...content, created: new Date(0) })
    const facts = {
      chainId: 14800,
      created: '1970-01-01T00:00:00.000Z',
      firstAddress: '0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266',
      ranges: [{ from: 0, count: 100 }],
    }
    expect(await readKeystoreFacts(path)).toEqual(facts)
    expect(await openKeystore(path, passphrase)).toEqual({ ...facts, mnemonic })
  })

  it('is readable by its owner alone, holds no word of the secret, and leaves no other file', async () => {
    await createKeystore(path, content)
    expect((await stat(path)).mode & 0o777).toBe(0o600)
    const text = await readFile(path, 'utf8')
    expect(text).not.toMatch(/junk|horse/)
    expect(await readdir(folder)).toEqual(['wallets.json'])
  })

  it('costs 2^17 to guess by default', async () => {
    const { cost: _default, ...plain } = content
    await createKeystore(path, plain)
    expect(JSON.parse(await readFile(path, 'utf8')).crypto.kdfparams).toMatchObject({
      n: 131_072,
      r: 8,
      p: 1,
    })
    expect((await openKeystore(path, passphrase)).mnemonic).toBe(mnemonic)
  })

  it('takes the same passphrase in another Unicode form', async () => {
    await createKeystore(path, { ...content, passphrase: 'caf\u00e9' })
    expect((await openKeystore(path, 'cafe\u0301')).mnemonic).toBe(mnemonic)
  })

  it('does not open for another passphrase, and is not made without one', async () => {
    await createKeystore(path, content)
    await expect(openKeystore(path, 'wrong horse')).rejects.toThrow(withCode('KEYSTORE_LOCKED'))
    await expect(createKeystore(join(folder, 'b'), { ...content, passphrase: '' })).rejects.toThrow(
      withCode('KEYSTORE_LOCKED'),
    )
  })

  it('is never overwritten', async () => {
    await createKeystore(path, content)
    const before = await readFile(path, 'utf8')
    await expect(createKeystore(path, content)).rejects.toThrow(withCode('KEYSTORE_EXISTS'))
    expect(await readFile(path, 'utf8')).toBe(before)
    expect(await readdir(folder)).toEqual(['wallets.json'])
  })

  it('says clearly when it is missing, damaged, or can not be written', async () => {
    await expect(openKeystore(path, passphrase)).rejects.toThrow(withCode('KEYSTORE_MISSING'))
    await expect(createKeystore(join(folder, 'no', 'folder'), content)).rejects.toThrow(
      withCode('RESULTS_UNWRITABLE'),
    )
    await createKeystore(path, content)
    const whole = await readFile(path, 'utf8')
    const document = JSON.parse(whole)
    const broken = [
      '',
      whole.slice(0, -20),
      '[]',
      JSON.stringify({ ...document, version: 4 }),
      JSON.stringify({ ...document, crypto: { ...document.crypto, cipher: 'aes-256-gcm' } }),
      JSON.stringify({ ...document, address: '0'.repeat(40) }),
    ]
    for (const text of broken) {
      await writeFile(path, text)
      await expect(openKeystore(path, passphrase)).rejects.toThrow(withCode('KEYSTORE_DAMAGED'))
    }
    const { ciphertext } = document.crypto
    const flipped = ciphertext.replace(/^./, (digit: string) => (digit === '0' ? '1' : '0'))
    await writeFile(
      path,
      JSON.stringify({ ...document, crypto: { ...document.crypto, ciphertext: flipped } }),
    )
    await expect(openKeystore(path, passphrase)).rejects.toThrow(withCode('KEYSTORE_LOCKED'))
  })

  it('notes further ranges without touching the secret', async () => {
    await createKeystore(path, content)
    const before = JSON.parse(await readFile(path, 'utf8'))
    await addKeystoreRange(path, { from: 100, count: 50 })
    await addKeystoreRange(path, { from: 500, count: 1 })
    const ranges = [
      { from: 0, count: 150 },
      { from: 500, count: 1 },
    ]
    expect(await openKeystore(path, passphrase)).toMatchObject({ ranges, mnemonic })
    const after = JSON.parse(await readFile(path, 'utf8'))
    expect(after.crypto).toEqual(before.crypto)
    expect((await stat(path)).mode & 0o777).toBe(0o600)
  })
})

describe('a keystore that several note wallets in at once', () => {
  it('forgets none of them', async () => {
    await createKeystore(path, content)
    const starts = [1000, 2000, 3000, 4000, 5000, 6000]
    await Promise.all(starts.map((from) => addKeystoreRange(path, { from, count: 10 })))
    const { ranges } = await readKeystoreFacts(path)
    expect(ranges).toEqual([{ from: 0, count: 100 }, ...starts.map((from) => ({ from, count: 10 }))])
  })
})

describe('the file of a keystore', () => {
  it('can be opened by any program that knows Web3 Secret Storage v3', async () => {
    await createKeystore(path, content)
    const { version, crypto } = JSON.parse(await readFile(path, 'utf8'))
    const { n, r, p, dklen, salt } = crypto.kdfparams
    const key = scryptSync(passphrase, Buffer.from(salt, 'hex'), dklen, { N: n, r, p })
    const ciphertext = Buffer.from(crypto.ciphertext, 'hex')
    const decipher = createDecipheriv(
      crypto.cipher,
      key.subarray(0, 16),
      Buffer.from(crypto.cipherparams.iv, 'hex'),
    )
    expect(version).toBe(3)
    expect(keccak256(Buffer.concat([key.subarray(16, 32), ciphertext]))).toBe(`0x${crypto.mac}`)
    expect(decipher.update(ciphertext).toString()).toBe(mnemonic)
  })

  it('is damaged if it names parameters that scrypt does not have', async () => {
    await createKeystore(path, content)
    const document = JSON.parse(await readFile(path, 'utf8'))
    // Below 2^(16 r) it must be.
    Object.assign(document.crypto.kdfparams, { n: 2 ** 17, r: 1 })
    await writeFile(path, JSON.stringify(document))
    await expect(openKeystore(path, passphrase)).rejects.toThrow(withCode('KEYSTORE_DAMAGED'))
  })

  it.each([
    { n: 2 ** 20, r: 32, p: 1 },
    { n: 2 ** 17, r: 8, p: 16 },
    { n: 2 ** 40, r: 8, p: 1 },
    { n: 2, r: 2 ** 30, p: 1 },
  ])('is damaged, and not worked on for minutes, if it asks for %j', async (params) => {
    await createKeystore(path, content)
    const document = JSON.parse(await readFile(path, 'utf8'))
    Object.assign(document.crypto.kdfparams, params)
    await writeFile(path, JSON.stringify(document))
    await expect(openKeystore(path, passphrase)).rejects.toThrow(
      /is damaged: it is wrong at crypto.kdfparams/,
    )
  })

  it('is damaged if it names wallets that no derivation path has', async () => {
    await createKeystore(path, content)
    const document = JSON.parse(await readFile(path, 'utf8'))
    document.vanaLoad.ranges = [{ from: 5, count: 2 ** 31 }]
    await writeFile(path, JSON.stringify(document))
    await expect(readKeystoreFacts(path)).rejects.toThrow(/is damaged: it is wrong at vanaLoad.ranges.0/)
  })
})
