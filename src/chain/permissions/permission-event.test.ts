import { encodeAbiParameters, numberToHex, pad, parseAbiParameters, toEventSelector } from 'viem'
import { describe, expect, it } from 'vitest'
import { type EventLog, findPermissionAdded, permissionAddedTopic } from './permission-event.ts'

const permissions = '0xD54523048AdD05b4d734aFaE7C68324Ebb7373eF'
const user = '0x19E7E376E7C213B7E7e7e46cc70A5dD086DAff2A'
const log: EventLog = {
  address: '0xd54523048add05b4d734afae7c68324ebb7373ef',
  topics: [permissionAddedTopic, numberToHex(7, { size: 32 }), pad(user), numberToHex(2, { size: 32 })],
  data: encodeAbiParameters(parseAbiParameters('string, uint256[]'), ['https://grant', [5n, 5n]]),
}

describe('finding the event of a new permission', () => {
  it('knows the topic of the event’s signature', () => {
    expect(permissionAddedTopic).toBe(
      toEventSelector('PermissionAdded(uint256,address,uint256,string,uint256[])'),
    )
  })

  it('decodes it among other logs, whatever the case of the address', () => {
    const other: EventLog = { address: permissions, topics: [pad('0x01')], data: '0x' }
    expect(findPermissionAdded([other, log], permissions)).toEqual({
      permissionId: 7n,
      user,
      granteeId: 2n,
      grant: 'https://grant',
      fileIds: [5n, 5n],
    })
  })

  it('does not believe another contract', () => {
    expect(findPermissionAdded([{ ...log, address: user }], permissions)).toBeNull()
  })

  it('passes over an event that cannot be decoded', () => {
    expect(findPermissionAdded([{ ...log, data: '0x' }, log], permissions)?.permissionId).toBe(7n)
    expect(findPermissionAdded([{ ...log, topics: [permissionAddedTopic] }], permissions)).toBeNull()
  })

  it('finds nothing in a receipt without logs', () => {
    expect(findPermissionAdded([], permissions)).toBeNull()
  })
})
