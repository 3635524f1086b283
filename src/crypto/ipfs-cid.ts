import { createHash } from 'node:crypto'
import { CID, digest, varint } from 'multiformats'

/** Bytes of a file in one block, as IPFS cuts files by default. */
export const chunkBytes = 256 * 1024
/** Blocks under one node, likewise. */
const linksPerNode = 174

const codecs = { raw: 0x55, dagPb: 0x70 }
const sha256Code = 0x12

/** A file as IPFS stores it. */
export type IpfsFile = {
  cid: string
  /** Bytes of all blocks, which exceed those of the file by their frames. */
  dagBytes: number
}

type Block = { cid: CID; dagBytes: number; fileBytes: number }

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
  const [{ cid, dagBytes } = rawLeaf(bytes)] = blocks
  return { cid: cid.toString(), dagBytes }
}

/** Parses a content id with a SHA-256 hash; `undefined` for anything else. */
export function parseCid(text: string): CID | undefined {
  try {
    const cid = CID.parse(text)
    return cid.multihash.code === sha256Code ? cid : undefined
  } catch {
    return undefined
  }
}

/**
 * Whether a file cannot be what a content id stands for. Only ids of raw blocks are certain: an id in UnixFS does not tell
 * how the file was cut.
 */
export function contradictsCid(cid: string, bytes: Uint8Array): boolean {
  const parsed = parseCid(cid)
  return parsed?.code === codecs.raw && !sha256(bytes).equals(parsed.multihash.digest)
}

const rawLeaf = (chunk: Uint8Array): Block => ({
  cid: CID.createV1(codecs.raw, digest.create(sha256Code, sha256(chunk))),
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

/** A node of DAG-PB, with its links before its data. */
function nodeOf(
  children: readonly Block[],
  data: Buffer,
  { version, fileBytes }: { version: 0 | 1; fileBytes: number },
): Block {
  const links = children.map(({ cid, dagBytes }) =>
    bytesField(
      2,
      Buffer.concat([bytesField(1, cid.bytes), bytesField(2, Buffer.alloc(0)), numberField(3, dagBytes)]),
    ),
  )
  const node = Buffer.concat([...links, bytesField(1, data)])
  return {
    cid: CID.create(version, codecs.dagPb, digest.create(sha256Code, sha256(node))),
    dagBytes: children.reduce((sum, { dagBytes }) => sum + dagBytes, node.length),
    fileBytes,
  }
}

/** UnixFS's record of a file or a part of one. */
function unixFsFile(chunk: Uint8Array, fileBytes: number, childSizes: readonly number[]): Buffer {
  return Buffer.concat([
    numberField(1, 2),
    ...(chunk.length > 0 ? [bytesField(2, chunk)] : []),
    numberField(3, fileBytes),
    ...childSizes.map((size) => numberField(4, size)),
  ])
}

const numberField = (field: number, value: number): Buffer => Buffer.from([field << 3, ...encoded(value)])

const bytesField = (field: number, bytes: Uint8Array): Buffer =>
  Buffer.concat([Buffer.from([(field << 3) | 2, ...encoded(bytes.length)]), bytes])

const encoded = (value: number): Uint8Array =>
  varint.encodeTo(value, new Uint8Array(varint.encodingLength(value)))

const sha256 = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest()

function groups<T>(items: readonly T[], size: number): T[][] {
  const count = Math.ceil(items.length / size)
  return Array.from({ length: count }, (_, i) => items.slice(i * size, (i + 1) * size))
}
