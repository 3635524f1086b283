import { contradictsCid } from '../crypto/ipfs-cid.ts'
import { LoadTestError } from '../errors/load-test-error.ts'
import { cidOfUrl } from './ipfs-url.ts'
import { newObject } from './new-object.ts'
import type { ObjectStorage } from './object-storage.ts'
import { pickFiles } from './pick-files.ts'
import { PinataApi } from './pinata-api.ts'
import { blobOf, deleted, features, openConnection, type ProviderOptions } from './provider-options.ts'
import { storageRequest } from './storage-request.ts'

export const pinataEndpoint = 'https://api.pinata.cloud'
/** The public gateway to what Pinata holds. */
export const pinataGateway = 'https://gateway.pinata.cloud'

/** Which account pins files, and which gateway reads them back. */
export type PinataOptions = ProviderOptions & {
  /** Secret. */
  jwt: string
  /** IPFS gateway for downloads, which never gets the JWT. @default Pinata's public one */
  gatewayUrl?: string | undefined
}

/** The most pins that the service returns in a page. */
const pageLimit = 1000

/**
 * Creates storage on IPFS with the requests of the SDK's `PinataStorage`. URLs are `ipfs://<content id>`; equal bytes
 * have the same one, and are one file to `delete`.
 *
 * @throws LoadTestError CONFIG_INVALID
 *
 * @example
 * const storage = createPinata({ jwt })
 * const { url } = await storage.upload(bytes, { name: 'a.bin', signal }) // 'ipfs://Qm...'
 */
export function createPinata(options: PinataOptions): ObjectStorage {
  const { jwt, apiEndpoint = pinataEndpoint, gatewayUrl = pinataGateway } = options
  const gateway = gatewayUrl.replace(/\/+(ipfs\/*)?$/, '')
  const { dispatcher, prefix, callOf } = openConnection(options)
  const pinata = new PinataApi(dispatcher, { origin: apiEndpoint.replace(/\/+$/, ''), jwt })

  return {
    async upload(content, uploadOptions = {}) {
      const { object, call } = await newObject(prefix, content, uploadOptions)
      const cid = await pinata.pin(object, callOf(call))
      const { name, contentType, bytes } = object
      return { url: `ipfs://${cid}`, size: bytes.length, contentType, metadata: { cid, name } }
    },

    async download(url, options = {}) {
      const action = `read ${url} through ${gateway}`
      const cid = neededCid(url, action)
      const answer = await storageRequest(dispatcher, {
        method: 'GET',
        origin: new URL(gateway).origin,
        path: `${new URL(gateway).pathname.replace(/\/$/, '')}/ipfs/${cid}`,
        action,
        ...callOf(options),
      })
      if (contradictsCid(cid, answer.body)) {
        throw new LoadTestError('STORAGE_FAILED', `Cannot ${action}: the bytes do not match the content id.`)
      }
      return blobOf(answer)
    },

    list: (options = {}) => pickFiles(pinata.pages(callOf(options), pageLimit), prefix, options),

    async delete(url, options = {}) {
      const action = `unpin ${url}`
      return await deleted(pinata.unpin(neededCid(url, action), action, callOf(options)), isNotPinned)
    },

    async missingPermissions(options = {}) {
      try {
        await pinata.pages(callOf(options), 1).next()
        return []
      } catch (error) {
        if (error instanceof LoadTestError && error.details.status === 403) return ['data/pinList']
        throw error
      }
    },

    getConfig: () => ({ name: 'Pinata IPFS', type: 'pinata', requiresAuth: true, features }),

    close: () => dispatcher.destroy(),
  }
}

function neededCid(url: string, action: string): string {
  const cid = cidOfUrl(url)
  if (cid !== undefined) return cid
  throw new LoadTestError('STORAGE_REFUSED', `Cannot ${action}: it has no content id of IPFS.`)
}

const isNotPinned = ({ details }: LoadTestError): boolean =>
  details.status === 404 || details.reason === 'CURRENT_USER_HAS_NOT_PINNED_CID'
