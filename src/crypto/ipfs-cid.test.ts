import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { chunkBytes, contradictsCid, ipfsFile, parseCid } from './ipfs-cid.ts'

/** Reproducible bytes. */
function patterned(length: number): Uint8Array {
  const bytes = new Uint8Array(length)
  for (let i = 0; i < length; i++) bytes[i] = (i * 31 + (i >>> 8) * 7 + (i >>> 16)) & 255
  return bytes
}

describe('the content id of a file', () => {
  it.each([
    [
      '',
      'QmbFMke1KXqnYyBBWxB74N4c5SBnJMVAiMNRcGu6x1AwQH',
      'bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku',
    ],
    [
      'hello world\n',
      'QmT78zSuBmuS4z925WZfrqQ1qHaJ56DQaTfyMUF7F8ff5o',
      'bafkreifjjcie6lypi6ny7amxnfftagclbuxndqonfipmb64f2km2devei4',
    ],
  ])('of %j is the one in the IPFS documentation', (text, v0, v1) => {
    const bytes = Buffer.from(text)
    expect([ipfsFile(bytes, 0).cid, ipfsFile(bytes, 1).cid]).toEqual([v0, v1])
  })

  // From ipfs-unixfs-importer 15.4, which js-ipfs and Helia use, with the chunking of `ipfs add`.
  it.each([
    [
      1,
      'QmS9JArPwa55ePgDnyg6TzX24mYTS1b1vLqWNebyVotKxQ',
      9,
      'bafkreidogqfzz75tpkmjzjke425xqcrmpcib2p5tg44hnbirumdbpl5adu',
      1,
    ],
    [
      262_144,
      'QmcpCHX3Z6p66WSh66APrP9Te8Z2shwmj3jKzX4hoDGJXR',
      262_158,
      'bafkreig6febf2je4comsmuz7bfvdv6uj2ombaa4lfmvojmj7ta3aju4z3i',
      262_144,
    ],
    [
      262_145,
      'Qme42pnZncpSoksku578ejMLu1yragBxKo3xMNw7VGr6AL',
      262_267,
      'bafybeiewpjhw3zbvwc76i6fq62jmqe6xzm2x7k2ep4s4id5kohtpivdotq',
      262_249,
    ],
    [
      600_000,
      'QmTwhz5DPEGmEoUh292hezMrM29vguoc3twJwr5du2Yyr8',
      600_194,
      'bafybeifhwujajizligyv6oh4wtv6ekufj6jk6l4jinthibftlviuet5o4u',
      600_158,
    ],
  ])('of %i bytes matches IPFS, and so does the size of its blocks', (length, v0, v0Bytes, v1, v1Bytes) => {
    const bytes = patterned(length)
    expect(ipfsFile(bytes, 0)).toEqual({ cid: v0, dagBytes: v0Bytes })
    expect(ipfsFile(bytes, 1)).toEqual({ cid: v1, dagBytes: v1Bytes })
  })

  it('of more blocks than fit in a node matches IPFS', () => {
    const zeros = Buffer.alloc(174 * chunkBytes + 1)
    expect([ipfsFile(zeros, 0).cid, ipfsFile(zeros, 1).cid]).toEqual([
      'QmehMASWcBsX7VcEQqs6rpR5AHoBfKyBVEgmkJHjpPg8jq',
      'bafybeihqwzd3o6q6v3pmwhzjy22vokhr767burokmqemg63hptx2nqd7ym',
    ])
  })

  it('can be parsed, with its hash', () => {
    const bytes = Buffer.from('{"hello":"world"}')
    const digest = createHash('sha256').update(bytes).digest()
    const parsed = parseCid(ipfsFile(bytes, 1).cid)
    expect(parsed).toMatchObject({ version: 1, code: 0x55 })
    expect(parsed?.multihash.digest).toEqual(new Uint8Array(digest))
    const v0 = ipfsFile(bytes, 0).cid
    expect(parseCid(v0)).toMatchObject({ version: 0, code: 0x70 })
    for (const odd of [
      '',
      'Qm',
      `${v0}x`,
      v0.replace(/.$/, '0'),
      'bafkrei',
      `b${'a'.repeat(58)}`,
      'zQmT78',
    ]) {
      expect(parseCid(odd)).toBeUndefined()
    }
  })

  it('of a raw block contradicts any other bytes, and one of a node contradicts none', () => {
    const [bytes, others] = [Buffer.from('a'), Buffer.from('b')]
    expect(contradictsCid(ipfsFile(bytes, 1).cid, bytes)).toBe(false)
    expect(contradictsCid(ipfsFile(bytes, 1).cid, others)).toBe(true)
    expect(contradictsCid(ipfsFile(bytes, 0).cid, others)).toBe(false)
  })
})
