import { describe, expect, it } from 'vitest'
import { createHdWallets } from './hd-wallets.ts'
import { developmentRelayers, findRelayerLanes } from './relayer-lanes.ts'

const mnemonic = 'legal winner thank year wave sausage worth useful legal winner thank yellow'
const key = (digit: string): `0x${string}` => `0x${digit.repeat(64)}`

describe('the lanes of a relayer', () => {
  it('are its keys, where there are some, in their order', () => {
    const lanes = findRelayerLanes({
      relayerPrivateKeys: [key('1'), key('2')],
      mnemonic,
      development: [key('3')],
    })
    expect(lanes).toMatchObject({ source: 'keys', count: 2 })
    expect([0, 1].map((index) => lanes?.lane(index))).toMatchObject([
      { index: 0, privateKey: key('1'), address: '0x19E7E376E7C213B7E7e7e46cc70A5dD086DAff2A' },
      { index: 1, privateKey: key('2') },
    ])
  })

  it('are wallets of the mnemonic otherwise, on their own path and as many as are asked for', () => {
    for (const relayerPrivateKeys of [undefined, []]) {
      const lanes = findRelayerLanes({ relayerPrivateKeys, mnemonic, development: [key('3')] })
      expect(lanes).toMatchObject({ source: 'mnemonic', count: undefined })
      expect(lanes?.lane(777)).toEqual(createHdWallets(mnemonic).lane(777))
    }
  })

  it("are the embedded chain's relayer in the end, or none", () => {
    expect(findRelayerLanes({ development: [key('3')] })).toMatchObject({ source: 'development', count: 1 })
    expect(findRelayerLanes({})).toBeUndefined()
    expect(findRelayerLanes({ development: [] })).toBeUndefined()
  })

  it('are all that a document lists, or the one of an older document', () => {
    const [first, second] = [key('1'), key('2')]
    expect(developmentRelayers({ relayer: first, relayers: [first, second] })).toEqual([first, second])
    expect(developmentRelayers({ relayer: first })).toEqual([first])
    expect([developmentRelayers({}), developmentRelayers(undefined)]).toEqual([[], []])
  })

  it('are not more than there are keys, and no key is one of two lanes', () => {
    expect(() => findRelayerLanes({ relayerPrivateKeys: [key('1')] })?.lane(1)).toThrow(
      'There is no lane 1: the relayer has 1 key.',
    )
    expect(() => findRelayerLanes({ relayerPrivateKeys: [key('1'), key('2'), key('1')] })).toThrow(
      'Relayer keys 1 and 3 are the same.',
    )
  })
})
