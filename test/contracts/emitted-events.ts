import { parseEventLogs, type TransactionReceipt } from 'viem'
import { deployedContracts } from '../../src/config/moksha.ts'
import { sdkAbis } from './sdk-abis.ts'

const nameOf = Object.fromEntries(
  Object.entries(deployedContracts).map(([name, address]) => [address.toLowerCase(), name]),
)
const events = Object.values(sdkAbis)
  .flat()
  .filter(({ type }) => type === 'event')

/** What a transaction emitted, in order: which contract, which event, with what. */
export function emittedEvents(receipt: TransactionReceipt) {
  return parseEventLogs({ abi: events, logs: receipt.logs }).map((log) => ({
    event: `${nameOf[log.address.toLowerCase()]}.${'eventName' in log ? log.eventName : '?'}`,
    args: 'args' in log ? log.args : {},
  }))
}

/** The names alone, in order. */
export function eventNames(receipt: TransactionReceipt): string[] {
  return emittedEvents(receipt).map(({ event }) => event)
}
