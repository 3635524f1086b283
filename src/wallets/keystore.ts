import { randomUUID } from 'node:crypto'
import { type Address, isAddressEqual } from 'viem'
import { z } from 'zod'
import { hardened } from '../crypto/hd-key.ts'
import { LoadTestError } from '../errors/load-test-error.ts'
import { lockFile } from '../files/file-lock.ts'
import { readTextFile } from '../files/read-text-file.ts'
import { writeDurably } from '../files/write-durably.ts'
import { createHdWallets } from './hd-wallets.ts'
import { type IndexRange, uniteRanges } from './index-range.ts'
import { normalizeMnemonic } from './mnemonic.ts'
import { openSecret, scryptCost, sealSecret, secretBoxSchema } from './secret-storage.ts'

const keystoreSchema = z.object({
  version: z.literal(3),
  id: z.uuid(),
  /** Address of user 0, by which the decrypted words are known to be the right ones. */
  address: z.string().regex(/^[0-9a-f]{40}$/),
  crypto: secretBoxSchema,
  vanaLoad: z.object({
    secret: z.literal('mnemonic'),
    chainId: z.int().positive(),
    created: z.iso.datetime(),
    ranges: z.array(
      z
        .object({ from: z.int().min(0), count: z.int().min(1) })
        .refine(({ from, count }) => from + count <= hardened, 'wallets that do not exist'),
    ),
  }),
})

/** What a keystore says without a passphrase. */
export type KeystoreFacts = {
  chainId: number
  /** ISO 8601. */
  created: string
  /** Address of user 0. */
  firstAddress: Address
  /** The users' wallets that were made or funded with it. */
  ranges: IndexRange[]
}

/** What a new keystore holds. */
export type NewKeystore = {
  mnemonic: string
  passphrase: string
  chainId: number
  ranges: readonly IndexRange[]
  /** @default now */
  created?: Date | undefined
  /** scrypt's N. @default 2^17 */
  cost?: number | undefined
}

/**
 * Writes a new keystore: the mnemonic encrypted in the form of Web3 Secret Storage v3, and public facts beside it.
 * When this returns, the file is on the disk (fsynced), readable by its owner alone.
 *
 * @throws LoadTestError KEYSTORE_EXISTS: a keystore is never overwritten; KEYSTORE_LOCKED for an empty passphrase;
 * MNEMONIC_INVALID; RESULTS_UNWRITABLE
 * @example await createKeystore('wallets.json', { mnemonic, passphrase, chainId: 14800, ranges: [{ from: 0, count: 100 }] })
 */
export async function createKeystore(path: string, content: NewKeystore): Promise<KeystoreFacts> {
  const { passphrase, chainId, ranges, created = new Date(), cost = scryptCost } = content
  if (passphrase === '') throw new LoadTestError('KEYSTORE_LOCKED', 'A keystore needs a passphrase.')
  const mnemonic = normalizeMnemonic(content.mnemonic)
  const document = {
    version: 3 as const,
    id: randomUUID(),
    address: createHdWallets(mnemonic).user(0).address.slice(2).toLowerCase(),
    crypto: await sealSecret(Buffer.from(mnemonic), passphrase, cost),
    vanaLoad: {
      secret: 'mnemonic' as const,
      chainId,
      created: created.toISOString(),
      ranges: uniteRanges(ranges),
    },
  }
  await write(path, document, false)
  return toFacts(document)
}

/**
 * Reads what a keystore says without a passphrase.
 *
 * @throws LoadTestError KEYSTORE_MISSING, KEYSTORE_DAMAGED
 */
export async function readKeystoreFacts(path: string): Promise<KeystoreFacts> {
  return toFacts(await read(path))
}

/**
 * Opens a keystore.
 *
 * @returns its mnemonic, and what it says in the open
 * @throws LoadTestError KEYSTORE_MISSING, KEYSTORE_DAMAGED, KEYSTORE_LOCKED
 * @example const { mnemonic, ranges } = await openKeystore('wallets.json', passphrase)
 */
export async function openKeystore(
  path: string,
  passphrase: string,
): Promise<KeystoreFacts & { mnemonic: string }> {
  const document = await read(path)
  const secret = Buffer.from(await openSecret(document.crypto, passphrase)).toString()
  const facts = toFacts(document)
  let mnemonic: string
  try {
    mnemonic = normalizeMnemonic(secret)
  } catch {
    // Without the cause: it would say of the words more than anyone should see.
    throw damaged(path, 'what it holds is not a mnemonic')
  }
  if (!isAddressEqual(createHdWallets(mnemonic).user(0).address, facts.firstAddress)) {
    throw damaged(path, 'its address is not that of its mnemonic')
  }
  return { ...facts, mnemonic }
}

/**
 * Notes in a keystore that more wallets are in use; the secret is not touched, and no passphrase is needed.
 *
 * @throws LoadTestError KEYSTORE_MISSING, KEYSTORE_DAMAGED, RESULTS_UNWRITABLE
 */
export async function addKeystoreRange(path: string, range: IndexRange): Promise<void> {
  const add = async (): Promise<object | undefined> => {
    const document = await read(path)
    const ranges = uniteRanges([...document.vanaLoad.ranges, range])
    const isKnown = JSON.stringify(ranges) === JSON.stringify(document.vanaLoad.ranges)
    return isKnown ? undefined : { ...document, vanaLoad: { ...document.vanaLoad, ranges } }
  }
  if ((await add()) === undefined) return
  // Another process may be noting other wallets at the same moment, and neither must be forgotten.
  const unlock = await lockFile(path).catch((cause: unknown) => {
    throw unwritable(path, cause)
  })
  try {
    const document = await add()
    if (document !== undefined) await write(path, document, true)
  } finally {
    await unlock()
  }
}

async function read(path: string): Promise<z.output<typeof keystoreSchema>> {
  const file = readTextFile(path)
  if (file.problem !== undefined) {
    if (file.isMissing) throw new LoadTestError('KEYSTORE_MISSING', `There is no keystore at ${path}.`)
    throw new LoadTestError('KEYSTORE_DAMAGED', `The keystore ${path} can't be read: ${file.problem}.`)
  }
  let document: unknown
  try {
    document = JSON.parse(file.text)
  } catch {
    throw damaged(path, 'it is not JSON')
  }
  const parsed = keystoreSchema.safeParse(document)
  if (parsed.success) return parsed.data
  throw damaged(path, `it is wrong at ${parsed.error.issues[0]?.path.join('.') || 'its top'}`)
}

async function write(path: string, document: object, replace: boolean): Promise<void> {
  try {
    await writeDurably(path, `${JSON.stringify(document, null, 2)}\n`, { replace })
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'EEXIST') {
      throw new LoadTestError('KEYSTORE_EXISTS', `There is something at ${path} already.`)
    }
    throw unwritable(path, cause)
  }
}

function toFacts({
  address,
  vanaLoad,
}: Pick<z.output<typeof keystoreSchema>, 'address' | 'vanaLoad'>): KeystoreFacts {
  const { chainId, created, ranges } = vanaLoad
  return { chainId, created, firstAddress: `0x${address}`, ranges }
}

const unwritable = (path: string, cause: unknown): LoadTestError =>
  new LoadTestError('RESULTS_UNWRITABLE', `The keystore ${path} can't be written.`, {
    cause,
    hint: 'Choose a folder that exists and that you can write to, on a disk with room.',
  })

const damaged = (path: string, how: string): LoadTestError =>
  new LoadTestError('KEYSTORE_DAMAGED', `The keystore ${path} is damaged: ${how}.`)
