/**
 * Measures what a flow costs and what the generator holds, on the embedded stack, in one session of one machine.
 *
 *   npm run bench                      a table
 *   npm run bench -- --json            one JSON document
 *   npm run bench -- --only floor      one part: floor, funding, load, lag, memory
 */
import { parseArgs } from 'node:util'
import { measureFloor } from './floor.ts'
import { measureFunding } from './fund-wallets.ts'
import { measureLag } from './lag.ts'
import { measureLoad } from './load.ts'
import { measureMemory } from './memory.ts'
import { openStack } from './stack.ts'
import { printTable } from './table.ts'

const parts = ['floor', 'funding', 'load', 'lag', 'memory'] as const
const { values: args } = parseArgs({
  options: { json: { type: 'boolean', default: false }, only: { type: 'string' } },
})
if (args.only !== undefined && !parts.some((part) => part === args.only)) {
  console.error(`There is no part '${args.only}'; there are ${parts.join(', ')}.`)
  process.exit(2)
}
const wants = (part: (typeof parts)[number]): boolean => args.only === undefined || args.only === part
const say = (text: string): void => void process.stderr.write(`${text}\n`)

const results: Record<string, unknown> = {}
let floorCpuMsPerFlow: number | undefined
if (wants('floor') || wants('load')) {
  say('floor: the operations of the SDK, bare')
  floorCpuMsPerFlow = await measureFloor()
  results.floorCpuMsPerFlow = floorCpuMsPerFlow
}
if (wants('funding')) Object.assign(results, await measureFunding(say))
if (wants('load') || wants('lag') || wants('memory')) {
  const stack = await openStack()
  try {
    if (wants('load')) Object.assign(results, await measureLoad(stack, floorCpuMsPerFlow ?? Number.NaN, say))
    if (wants('lag')) results.arrivalLagMs = await measureLag(stack, say)
    if (wants('memory')) results.rssBytes = await measureMemory(stack, say)
  } finally {
    await stack.close()
  }
}
if (args.json) console.log(JSON.stringify(results))
else printTable(results)
