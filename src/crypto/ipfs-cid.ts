import { createHash } from 'node:crypto'
import { fromBase32, fromBase58, toBase32, toBase58 } from './base-encodings.ts'

/** Bytes of a file in one block, as IPFS cuts files unless it is told otherwise. */
export const chunkBytes = 256 * 1024
/** Blocks under one node, likewise. */
const linksPerNode = 174

const codecs = { raw: 0x55, 'dag-pb': 0x70 } as const
const sha256Prefix = Buffer.from([0x12, 0x20])

/** A content id, read. */
export type ParsedCid = { version: 0 | 1; codec: keyof typeof codecs; digest: Buffer }

/** A file as IPFS stores it. */
export type IpfsFile = {
  cid: string
  /** Bytes of all blocks, which exceed those of the file by their frames. */
  dagBytes: number
}

type Block = { cidBytes: Buffer; dagBytes: number; fileBytes: number }

/**
 * Computes the content id of a file as `ipfs add` does: chunks of 256 KiB, in a balanced tree of SHA-256 hashes.
 *
 * @param version 0 wraps every chunk in a UnixFS node (`Qm...`); 1 has raw leaves, as is usual with it (`bafkrei...` for
 * a file of one chunk)
 * @see https://specs.ipfs.tech/unixfs/
 * @example ipfsFile(Buffer.from('hello world\n'), 0).cid // 'QmT78zSuBmuS4z925WZfrqQ1qHaJ56DQaTfyMUF7F8ff5o'
 */
export function ipfsFile(bytes: Uint8Array, version: 0 | 1): IpfsFile {
  let blocks: Block[] = []
  for (let at = 0; at === 0 || at < bytes.length; at += chunkBytes) {
    const chunk = bytes.subarray(at, at + chunkBytes)
    blocks.push(version === 0 ? wrappedLeaf(chunk) : rawLeaf(chunk))
  }
  while (blocks.length > 1)
    blocks = groups(blocks, linksPerNode).map((children) => parentOf(children, version))
  const [{ cidBytes, dagBytes } = rawLeaf(bytes)] = blocks
  return { cid: version === 0 ? toBase58(cidBytes) : `b${toBase32(cidBytes)}`, dagBytes }
}

/** Reads a content id in one of its usual spellings; `undefined` for anything else. */
export function parseCid(text: string): ParsedCid | undefined {
  if (/^Qm\w{44}$/.test(text)) {
    const multihash = fromBase58(text)
    return multihash?.length === 34 && multihash.subarray(0, 2).equals(sha256Prefix)
      ? { version: 0, codec: 'dag-pb', digest: multihash.subarray(2) }
      : undefined
  }
  const bytes = text.startsWith('b') ? fromBase32(text.slice(1)) : undefined
  const codec = bytes?.[1] === codecs.raw ? 'raw' : bytes?.[1] === codecs['dag-pb'] ? 'dag-pb' : undefined
  if (bytes?.length !== 36 || bytes[0] !== 1 || codec === undefined) return undefined
  return bytes.subarray(2, 4).equals(sha256Prefix)
    ? { version: 1, codec, digest: bytes.subarray(4) }
    : undefined
}

/**
 * Whether a file cannot be what a content id stands for. Sure of ids of raw blocks only: how a file in UnixFS was cut, the
 * id does not say.
 */
export function contradictsCid(cid: string, bytes: Uint8Array): boolean {
  const parsed = parseCid(cid)
  return parsed?.codec === 'raw' && !parsed.digest.equals(sha256(bytes))
}

const rawLeaf = (chunk: Uint8Array): Block => ({
  cidBytes: Buffer.concat([Buffer.from([1, codecs.raw]), sha256Prefix, sha256(chunk)]),
  dagBytes: chunk.length,
  fileBytes: chunk.length,
})

const wrappedLeaf = (chunk: Uint8Array): Block =>
  nodeOf([], unixFsFile(chunk, chunk.length, []), { version: 0, fileBytes: chunk.length })

function parentOf(children: readonly Block[], version: 0 | 1): Block {
  const sizes = children.map(({ fileBytes }) => fileBytes)
  const fileBytes = sizes.reduce((sum, size) => sum + size, 0)
  return nodeOf(children, unixFsFile(new Uint8Array(), fileBytes, sizes), { version, fileBytes })
}

/** A node of DAG-PB; its links stand before its data. */
function nodeOf(
  children: readonly Block[],
  data: Buffer,
  { version, fileBytes }: { version: 0 | 1; fileBytes: number },
): Block {
  const links = children.map(({ cidBytes, dagBytes }) =>
    bytesField(
      2,
      Buffer.concat([bytesField(1, cidBytes), bytesField(2, Buffer.alloc(0)), numberField(3, dagBytes)]),
    ),
  )
  const node = Buffer.concat([...links, bytesField(1, data)])
  const multihash = Buffer.concat([sha256Prefix, sha256(node)])
  return {
    cidBytes: version === 0 ? multihash : Buffer.concat([Buffer.from([1, codecs['dag-pb']]), multihash]),
    dagBytes: children.reduce((sum, { dagBytes }) => sum + dagBytes, node.length),
    fileBytes,
  }
}

/** UnixFS's description of a file or a part of one. */
function unixFsFile(chunk: Uint8Array, fileBytes: number, childSizes: readonly number[]): Buffer {
  return Buffer.concat([
    numberField(1, 2),
    ...(chunk.length > 0 ? [bytesField(2, chunk)] : []),
    numberField(3, fileBytes),
    ...childSizes.map((size) => numberField(4, size)),
  ])
}

const numberField = (field: number, value: number): Buffer => Buffer.from([field << 3, ...varint(value)])

const bytesField = (field: number, bytes: Uint8Array): Buffer =>
  Buffer.concat([Buffer.from([(field << 3) | 2, ...varint(bytes.length)]), bytes])

function varint(value: number): number[] {
  const bytes: number[] = []
  let rest = value
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80)
  return [...bytes, rest]
}

const sha256 = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest()

function groups<T>(items: readonly T[], size: number): T[][] {
  const count = Math.ceil(items.length / size)
  return Array.from({ length: count }, (_, i) => items.slice(i * size, (i + 1) * size))
}
