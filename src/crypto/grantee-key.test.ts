import { expect, it } from 'vitest'
import { granteeKey } from './grantee-key.ts'
import { toNativeAccount } from './native-account.ts'

const appKey = `0x${'11'.repeat(32)}` as const

it('gives the first grantee the key of the app', () => {
  expect(granteeKey(appKey, 0)).toBe(appKey)
})

it('gives each other grantee its own key, the same everywhere', () => {
  const addresses = [1, 2, 3].map((index) => toNativeAccount(granteeKey(appKey, index)).address)
  expect(new Set(addresses).size).toBe(3)
  expect(addresses).toMatchInlineSnapshot(`
    [
      "0x4E734EB2c33D030b70cAe6Be2b052B4dA7298eB4",
      "0x4D3E7d78c6B9fAB91683d9EEC5598cD6c2d5C7df",
      "0xe6BD3e049A17b9c0AFFd4BEA8D8e28658645eF33",
    ]
  `)
})
