import type { Address, Hash, PublicClient } from 'viem'

/** All that a funder and its wallets have, and what they paid for gas, from the chain alone. */
export type AccountSheet = {
  funderWei: bigint
  /** By wallet, in order. */
  walletsWei: readonly bigint[]
  /** Fees of all of them since the chain began. */
  feesWei: bigint
  /** Funder, wallets and fees: what changes only when something is lost or comes from elsewhere. */
  sumWei: bigint
}

/** Reads the sheet again and again; every block is read once. */
export function createAccountReader(client: PublicClient, funder: Address, wallets: readonly Address[]) {
  const accounts = [funder, ...wallets]
  const own = new Set(accounts.map((address) => address.toLowerCase()))
  let nextBlock = 0n
  let feesWei = 0n

  const feeOf = async (hash: Hash): Promise<bigint> => {
    const { from, gasUsed, effectiveGasPrice } = await client.getTransactionReceipt({ hash })
    return own.has(from.toLowerCase()) ? gasUsed * effectiveGasPrice : 0n
  }

  async function isPending(address: Address): Promise<boolean> {
    const [latest, pending] = await Promise.all([
      client.getTransactionCount({ address, blockTag: 'latest' }),
      client.getTransactionCount({ address, blockTag: 'pending' }),
    ])
    return latest < pending
  }

  // viem keeps the number for four seconds otherwise.
  const latestBlock = () => client.getBlockNumber({ cacheTime: 0 })

  async function addFees(last: bigint): Promise<void> {
    for (; nextBlock <= last; nextBlock += 1n) {
      const { transactions } = await client.getBlock({ blockNumber: nextBlock })
      for (const hash of transactions) feesWei += await feeOf(hash)
    }
  }

  return {
    /** Transactions that these accounts have sent, those that wait included. */
    async sent(): Promise<number> {
      const counts = await Promise.all(
        accounts.map((address) => client.getTransactionCount({ address, blockTag: 'pending' })),
      )
      return counts.reduce((sum, count) => sum + count, 0)
    },

    /** Waits until nothing of these accounts is on its way, and reads. */
    async read(): Promise<AccountSheet> {
      for (const address of accounts) {
        while (await isPending(address)) await new Promise((resolve) => setTimeout(resolve, 50))
      }
      // What a killed process had sent may still be mined meanwhile, and anvil keeps the state of a few blocks only: so
      // fees and balances are read until no block came between the two.
      for (;;) {
        const last = await latestBlock()
        await addFees(last)
        const [funderWei = 0n, ...walletsWei] = await Promise.all(
          accounts.map((address) => client.getBalance({ address })),
        )
        if ((await latestBlock()) !== last) continue
        const sumWei = walletsWei.reduce((sum, wei) => sum + wei, funderWei + feesWei)
        return { funderWei, walletsWei, feesWei, sumWei }
      }
    },
  }
}
