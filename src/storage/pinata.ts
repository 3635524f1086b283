import type { StorageFile } from '@opendatalabs/vana-sdk'
import { z } from 'zod'
import { contradictsCid } from '../crypto/ipfs-cid.ts'
import { LoadTestError } from '../errors/load-test-error.ts'
import { createHttpAgent } from '../http/outbound.ts'
import { formData, formDataType } from './form-data.ts'
import { cidOfUrl } from './ipfs-url.ts'
import { newObject } from './new-object.ts'
import type { NewObject, ObjectStorage, StorageCallOptions } from './object-storage.ts'
import { parseAnswer } from './parse-answer.ts'
import { pickFiles } from './pick-files.ts'
import { bearerHeader } from './secret-header.ts'
import { type StorageRequest, storageRequest } from './storage-request.ts'

/** Where Pinata is, and where what it holds can be read. */
export const pinataEndpoint = 'https://api.pinata.cloud'
export const pinataGateway = 'https://gateway.pinata.cloud'

/** With which account files are pinned, and through whom they are read back. */
export type PinataOptions = {
  /** Secret. */
  jwt: string
  /** Endpoint of a stand-in. @default the real Pinata */
  apiEndpoint?: string | undefined
  /** IPFS gateway that files are read back through, which never gets the JWT. @default Pinata's public one */
  gatewayUrl?: string | undefined
  /** What the names of all files begin with, e.g. `runs/42/`. @default '' */
  prefix?: string | undefined
  /** Time for one request, in ms. @default 30000 */
  timeoutMs?: number | undefined
  /** Most connections at a time; calls beyond wait. @default 256 */
  connections?: number | undefined
  /** For calls that bring no signal of their own. */
  signal?: AbortSignal | undefined
}

type Call = { signal: AbortSignal | undefined; timeoutMs: number }

/** What tells files of this program from others of the account. */
const uploadedBy = 'vana-load'
/** What the service returns at most in a page. */
const pageLimit = 1000

const pinnedSchema = z.object({ IpfsHash: z.string().regex(/^[a-zA-Z0-9]{46,}$/) })
const pinListSchema = z.object({
  rows: z.array(
    z.object({
      ipfs_pin_hash: z.string(),
      size: z.coerce.number(),
      date_pinned: z.coerce.date(),
      metadata: z
        .object({ name: z.string().nullish(), keyvalues: z.record(z.string(), z.unknown()).nullish() })
        .nullish(),
    }),
  ),
})

/**
 * Creates storage on IPFS through Pinata's pinning API, as the SDK's `PinataStorage` speaks it. URLs are
 * `ipfs://<content id>`; the same bytes have the same one, and are one file to `delete`.
 *
 * @throws LoadTestError CONFIG_INVALID
 * @see https://docs.pinata.cloud/api-reference/endpoint/ipfs/pin-file-to-ipfs
 *
 * @example
 * const storage = createPinata({ jwt })
 * const { url } = await storage.upload(bytes, { name: 'a.bin', signal }) // 'ipfs://Qm...'
 */
export function createPinata(options: PinataOptions): ObjectStorage {
  const { jwt, prefix = '', timeoutMs: defaultTimeoutMs = 30_000, connections = 256 } = options
  const endpoint = (options.apiEndpoint ?? pinataEndpoint).replace(/\/+$/, '')
  const gateway = (options.gatewayUrl ?? pinataGateway).replace(/\/+(ipfs\/*)?$/, '')
  const authorization = bearerHeader(jwt, 'The Pinata JWT')
  const dispatcher = createHttpAgent({ connections, pipelining: 1 })

  const settle = ({ signal = options.signal, timeoutMs = defaultTimeoutMs }: StorageCallOptions): Call => ({
    signal,
    timeoutMs,
  })

  const ask = async (request: Omit<StorageRequest, 'origin'>) => {
    const { headers, ...rest } = request
    return await storageRequest(dispatcher, {
      ...rest,
      origin: endpoint,
      headers: { ...headers, ...authorization },
      secrets: [jwt],
    })
  }

  async function pin({ name, contentType, bytes }: NewObject, call: Call): Promise<string> {
    const action = `pin "${name}" with Pinata`
    const pinataMetadata = JSON.stringify({ name, keyvalues: { uploadedBy, contentType } })
    const { body } = await ask({
      method: 'POST',
      path: '/pinning/pinFileToIPFS',
      headers: { 'content-type': formDataType },
      body: formData({ name, contentType, bytes }, { pinataMetadata }),
      action,
      ...call,
    })
    const { IpfsHash: cid } = parseAnswer(pinnedSchema, body, action)
    if (!contradictsCid(cid, bytes)) return cid
    throw new LoadTestError(
      'STORAGE_FAILED',
      `Cannot ${action}: its content id is that of other bytes than were sent.`,
      { details: { cid } },
    )
  }

  async function* pages(call: Call, size: number): AsyncGenerator<StorageFile[]> {
    for (let pageOffset = 0; ; pageOffset += size) {
      const query = new URLSearchParams({
        status: 'pinned',
        pageLimit: String(size),
        pageOffset: String(pageOffset),
        'metadata[keyvalues]': JSON.stringify({ uploadedBy: { value: uploadedBy, op: 'eq' } }),
      })
      const action = 'list what is pinned with Pinata'
      const { body } = await ask({ method: 'GET', path: `/data/pinList?${query}`, action, ...call })
      const { rows } = parseAnswer(pinListSchema, body, action)
      yield rows.map(toFile)
      if (rows.length < size) return
    }
  }

  return {
    async upload(content, uploadOptions = {}) {
      const { object, call } = await newObject(prefix, content, uploadOptions)
      const cid = await pin(object, settle(call))
      const { name, contentType, bytes } = object
      return { url: `ipfs://${cid}`, size: bytes.length, contentType, metadata: { cid, name } }
    },

    async download(url, callOptions = {}) {
      const cid = cidOfUrl(url)
      const action = `read ${url} through ${gateway}`
      if (cid === undefined) throw refused(`Cannot ${action}: it names no content id of IPFS.`)
      const { headers, body } = await storageRequest(dispatcher, {
        method: 'GET',
        origin: new URL(gateway).origin,
        path: `${new URL(gateway).pathname.replace(/\/$/, '')}/ipfs/${cid}`,
        action,
        ...settle(callOptions),
      })
      if (contradictsCid(cid, body)) {
        throw new LoadTestError('STORAGE_FAILED', `Cannot ${action}: other bytes came than it stands for.`)
      }
      const type = headers['content-type']
      return new Blob([new Uint8Array(body)], typeof type === 'string' ? { type } : {})
    },

    list: (listOptions = {}) => pickFiles(pages(settle(listOptions), pageLimit), prefix, listOptions),

    async delete(url, callOptions = {}) {
      const cid = cidOfUrl(url)
      const action = `unpin ${url}`
      if (cid === undefined) throw refused(`Cannot ${action}: it names no content id of IPFS.`)
      try {
        await ask({ method: 'DELETE', path: `/pinning/unpin/${cid}`, action, ...settle(callOptions) })
        return true
      } catch (error) {
        if (error instanceof LoadTestError && isNotPinned(error)) return false
        throw error
      }
    },

    async missingPermissions(callOptions = {}) {
      try {
        await pages(settle(callOptions), 1).next()
        return []
      } catch (error) {
        if (error instanceof LoadTestError && error.details.status === 403) return ['data/pinList']
        throw error
      }
    },

    getConfig: () => ({
      name: 'Pinata IPFS',
      type: 'pinata',
      requiresAuth: true,
      features: { upload: true, download: true, list: true, delete: true },
    }),

    close: () => dispatcher.destroy(),
  }
}

const refused = (message: string): LoadTestError => new LoadTestError('STORAGE_REFUSED', message)

const isNotPinned = ({ details }: LoadTestError): boolean =>
  details.status === 404 || details.reason === 'CURRENT_USER_HAS_NOT_PINNED_CID'

function toFile(row: z.output<typeof pinListSchema>['rows'][number]): StorageFile {
  const { ipfs_pin_hash: cid, size, date_pinned: createdAt, metadata } = row
  const { contentType } = metadata?.keyvalues ?? {}
  return {
    id: cid,
    name: metadata?.name ?? cid,
    url: `ipfs://${cid}`,
    size,
    contentType: typeof contentType === 'string' ? contentType : 'application/octet-stream',
    createdAt,
    metadata: { ...metadata?.keyvalues },
  }
}
