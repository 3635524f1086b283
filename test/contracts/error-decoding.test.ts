import { readFileSync } from 'node:fs'
import { type Abi, type AbiParameter, encodeErrorResult, zeroAddress, zeroHash } from 'viem'
import { formatAbiItem } from 'viem/utils'
import { describe, expect, it } from 'vitest'
import { decodeRevert, describeRevert } from '../../src/chain/transactions/revert.ts'
import { sdkAbis } from './sdk-abis.ts'

const compiled: { contracts: Record<string, { abi: Abi }> } = JSON.parse(
  readFileSync(new URL('../../generated/contracts.json', import.meta.url), 'utf8'),
)

/** Every error of every contract here, of both reference versions, and of the published SDK's description of them. */
const errors = new Map(
  [...Object.values(compiled.contracts).map(({ abi }) => abi), ...Object.values(sdkAbis)]
    .flat()
    .filter((item) => item.type === 'error')
    .map((item) => [formatAbiItem(item), item]),
)

/** Some value of a type, and as text. */
function sample({ type }: AbiParameter): [unknown, string] {
  switch (type) {
    case 'address':
      return [zeroAddress, zeroAddress]
    case 'bytes32':
      return [zeroHash, zeroHash]
    case 'string':
      return ['some text', 'some text']
    default:
      return [7n, '7']
  }
}

describe('every error of every contract is decoded to its name and arguments', () => {
  it.each([...errors])('%s', (signature, item) => {
    const samples = item.inputs.map(sample)
    const data = encodeErrorResult({ abi: [item], args: samples.map(([value]) => value) })
    const revert = decodeRevert(data)
    const args = samples.map(([, text]) => text)
    expect(revert).toEqual({ name: item.name, signature, args, data })
    expect(describeRevert(revert)).toBe(`${item.name}(${args.join(', ')})`)
  })
})
