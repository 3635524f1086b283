import { encodeErrorResult, type Hex } from 'viem'
import { describe, expect, it } from 'vitest'
import { revertAbi } from '../permissions/abi.ts'
import { decodeRevert, describeRevert, outOfGas } from './revert.ts'

describe('decoding a revert', () => {
  // Selectors measured on the deployed contracts.
  it.each([
    ['0x06427aeb', 'InvalidNonce'],
    ['0x864a1e22', 'InvalidSchemaIdsLength'],
    ['0xcc9edfb2', 'InvalidPermissionsLength'],
    ['0x21748543', 'NotFileOwner'],
    ['0xabea3229', 'NotFileOwner'],
    ['0xb5b6936d', 'EmptyGrant'],
    ['0x9df69edf', 'GranteeNotFound'],
    ['0xf22850e0', 'InactivePermission'],
    ['0x7ddbb38a', 'NotPermissionGrantor'],
    ['0xd92e233d', 'ZeroAddress'],
    ['0xeba6c77a', 'InvalidSchemaId'],
    ['0xd93c0665', 'EnforcedPause'],
    ['0x8dfc202b', 'ExpectedPause'],
    ['0xfce698f7', 'ECDSAInvalidSignatureLength'],
    ['0xd78bce0c', 'ECDSAInvalidSignatureS'],
    ['0xf645eedf', 'ECDSAInvalidSignature'],
    ['0x8baa579f', 'InvalidSignature'],
    ['0x4f42be3d', 'EmptyPublicKey'],
    ['0x38b06993', 'EmptyUrl'],
    ['0x76f9b424', 'ServerAlreadyRegistered'],
    ['0xc93d810a', 'ServerNotFound'],
    ['0x7e9e38a5', 'ServerNotTrusted'],
    ['0x77c00f0a', 'ServerAlreadyUntrusted'],
    ['0xdc933954', 'NotServerOwner'],
    ['0xfd9ea5e8', 'GranteeAlreadyRegistered'],
    ['0x86114455', 'FileUrlAlreadyUsed'],
    ['0xe2517d3f', 'AccessControlUnauthorizedAccount'],
    ['0xf92ee8a9', 'InvalidInitialization'],
  ] as const)('knows %s as %s', (selector, name) => {
    expect(decodeRevert(selector).name).toBe(name)
  })

  it('gives the arguments in order, as JSON can hold them', () => {
    const data = encodeErrorResult({ abi: revertAbi, errorName: 'InvalidNonce', args: [3n, 2n] })
    const revert = decodeRevert(data)
    expect(revert).toEqual({
      name: 'InvalidNonce',
      args: ['3', '2'],
      signature: 'InvalidNonce(uint256,uint256)',
      data,
    })
    expect(describeRevert(revert)).toBe('InvalidNonce(3, 2)')
  })

  it('tells the two errors named NotFileOwner apart', () => {
    expect(decodeRevert('0xabea3229').args).toEqual([])
    const owner = '0x00000000000000000000000000000000000000AA'
    const data = encodeErrorResult({ abi: revertAbi, errorName: 'NotFileOwner', args: [owner, owner] })
    expect(decodeRevert(data).args).toEqual([owner, owner])
    expect([decodeRevert('0xabea3229'), decodeRevert(data)].map(describeRevert)).toEqual([
      'NotFileOwner()',
      `NotFileOwner(${owner}, ${owner})`,
    ])
  })

  it('says a reason text as it is', () => {
    const data = encodeErrorResult({ abi: revertAbi, errorName: 'Error', args: ['out of luck'] })
    expect(describeRevert(decodeRevert(data))).toBe('out of luck')
  })

  it('says a panic with its code, and gas that was used up', () => {
    const data = encodeErrorResult({ abi: revertAbi, errorName: 'Panic', args: [0x11n] })
    expect(describeRevert(decodeRevert(data))).toBe('Panic(17)')
    expect(describeRevert({ ...decodeRevert('0x'), name: outOfGas })).toBe('out of gas')
  })

  it('keeps an unknown selector and its data', () => {
    const data: Hex = '0xdeadbeef01'
    expect(decodeRevert(data)).toEqual({ name: '0xdeadbeef', args: [], signature: null, data })
    expect(describeRevert(decodeRevert(data))).toBe('unknown error 0xdeadbeef')
  })

  it.each(['0x', '0x06427a'] as const)('says that %s is no reason', (data) => {
    expect(describeRevert(decodeRevert(data))).toBe('reverted without a reason')
  })

  it('keeps the name when the arguments are cut short', () => {
    expect(decodeRevert('0x06427aeb0000')).toMatchObject({ name: 'InvalidNonce', args: [] })
  })
})
