import secp256k1 from 'secp256k1'
import { type Address, bytesToHex, type Hex } from 'viem'
import { publicKeyToAddress } from 'viem/accounts'
import { deriveChild, deriveHdPath, type HdKey, hardened, hdRoot } from '../crypto/hd-key.ts'
import { LoadTestError } from '../errors/load-test-error.ts'
import { mnemonicToSeed } from './mnemonic.ts'

/** One wallet of the tree. */
export type HdWallet = {
  /** Number of the wallet on its branch, from 0. */
  index: number
  address: Address
  /** Secret. */
  privateKey: Hex
}

/** All wallets of one mnemonic; nothing is stored, each is derived when asked for. */
export type HdWallets = {
  /** User `index`, at `m/44'/60'/0'/0/index`. */
  user(index: number): HdWallet
  /** Sending lane `index`, at `m/44'/60'/1'/0/index`. */
  lane(index: number): HdWallet
}

/**
 * Opens the wallets of a mnemonic. The seed and the two branches are derived once; a wallet then costs one HMAC, one
 * native multiplication and two Keccak hashes.
 *
 * @param mnemonic BIP-39, English
 * @throws LoadTestError MNEMONIC_INVALID; the functions throw CONFIG_INVALID for an index outside 0 ... 2^31 - 1
 * @example const { address } = createHdWallets(mnemonic).user(0)
 */
export function createHdWallets(mnemonic: string): HdWallets {
  const purse = deriveHdPath(hdRoot(mnemonicToSeed(mnemonic)), [44 + hardened, 60 + hardened])
  const users = deriveHdPath(purse, [hardened, 0])
  const lanes = deriveHdPath(purse, [1 + hardened, 0])
  return {
    user: (index) => deriveWallet(users, index),
    lane: (index) => deriveWallet(lanes, index),
  }
}

function deriveWallet(branch: HdKey, index: number): HdWallet {
  if (!Number.isInteger(index) || index < 0 || index >= hardened) {
    throw new LoadTestError('CONFIG_INVALID', `A wallet's index is 0 to ${hardened - 1}, not ${index}.`)
  }
  const { privateKey } = deriveChild(branch, index)
  const publicKey = secp256k1.publicKeyCreate(privateKey, false)
  return {
    index,
    address: publicKeyToAddress(bytesToHex(publicKey)),
    privateKey: bytesToHex(privateKey),
  }
}
