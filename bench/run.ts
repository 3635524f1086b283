/**
 * Measures the cost of a flow and the memory of the generator on the embedded stack, in one session on one machine.
 *
 *   npm run bench                      a table
 *   npm run bench -- --json            one JSON document
 *   npm run bench -- --only floor      one part: floor, funding, load, lag, memory, relayer
 */
import { parseArgs } from 'node:util'
import { floorResults, measureFloor } from './floor.ts'
import { measureFunding } from './fund-wallets.ts'
import { measureLag } from './lag.ts'
import { measureLoad } from './load.ts'
import { describeMachine } from './machine.ts'
import { measureMemory } from './memory.ts'
import { measureRelayer } from './relayer.ts'
import { measureRpcCalls } from './rpc-calls.ts'
import { blockGasLimit, blockTime, openStack, seed } from './stack.ts'
import { printTable } from './table.ts'

const parts = ['floor', 'funding', 'load', 'lag', 'memory', 'relayer'] as const
const { values: args } = parseArgs({
  options: { json: { type: 'boolean', default: false }, only: { type: 'string' } },
})
if (args.only !== undefined && !parts.some((part) => part === args.only)) {
  console.error(`Unknown part '${args.only}'. Parts: ${parts.join(', ')}.`)
  process.exit(2)
}
const wants = (part: (typeof parts)[number]): boolean => args.only === undefined || args.only === part
const say = (text: string): void => void process.stderr.write(`${text}\n`)

const results: Record<string, unknown> = { machine: describeMachine(), seed, blockTime, blockGasLimit }
if (args.only === 'floor') Object.assign(results, floorResults([await measureFloor()]))
const arrivalLagMs = wants('lag') ? await measureLag(say) : {}
if (wants('load')) {
  const stack = await openStack()
  try {
    const load = await measureLoad(stack, say)
    Object.assign(arrivalLagMs, load.arrivalLagMs)
    Object.assign(results, load)
  } finally {
    await stack.close()
  }
}
if (Object.keys(arrivalLagMs).length > 0) results.arrivalLagMs = arrivalLagMs
if (wants('memory')) results.rssBytes = await measureMemory(say)
if (wants('relayer')) {
  const stack = await openStack()
  try {
    Object.assign(results, await measureRpcCalls(stack, say))
  } finally {
    await stack.close()
  }
  Object.assign(results, await measureRelayer(say))
}
if (wants('funding')) Object.assign(results, await measureFunding(say))
if (args.json) console.log(JSON.stringify(results))
else printTable(results)
