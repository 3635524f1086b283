import type { StorageFile } from '@opendatalabs/vana-sdk'
import type { Dispatcher } from 'undici'
import { z } from 'zod'
import { contradictsCid } from '../crypto/ipfs-cid.ts'
import { LoadTestError } from '../errors/load-test-error.ts'
import { formData, formDataType } from './form-data.ts'
import type { NewObject } from './object-storage.ts'
import { parseAnswer } from './parse-answer.ts'
import type { StorageCall } from './provider-options.ts'
import { bearerHeader } from './secret-header.ts'
import { type StorageAnswer, type StorageRequest, storageRequest } from './storage-request.ts'

/** Marks the files of this program among others of the account. */
const uploadedBy = 'vana-load'
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
 * The operations of Pinata's pinning API. All throw LoadTestError `STORAGE_*`, or the signal's reason.
 *
 * @see https://docs.pinata.cloud/api-reference/endpoint/ipfs/pin-file-to-ipfs
 */
export class PinataApi {
  readonly #dispatcher: Dispatcher
  readonly #origin: string
  readonly #jwt: string
  readonly #authorization: { authorization: string }

  /** @throws LoadTestError CONFIG_INVALID for a JWT that is not valid in a header */
  constructor(dispatcher: Dispatcher, { origin, jwt }: { origin: string; jwt: string }) {
    this.#dispatcher = dispatcher
    this.#origin = origin
    this.#jwt = jwt
    this.#authorization = bearerHeader(jwt, 'The Pinata JWT')
  }

  /** Pins a file, checks the content id where it must match the bytes, and returns it. */
  async pin({ name, contentType, bytes }: NewObject, call: StorageCall): Promise<string> {
    const action = `pin "${name}" with Pinata`
    const pinataMetadata = JSON.stringify({ name, keyvalues: { uploadedBy, contentType } })
    const { body } = await this.#ask({
      method: 'POST',
      path: '/pinning/pinFileToIPFS',
      headers: { 'content-type': formDataType },
      body: formData({ name, contentType, bytes }, { pinataMetadata }),
      action,
      ...call,
    })
    const { IpfsHash: cid } = parseAnswer(pinnedSchema, body, action)
    if (!contradictsCid(cid, bytes)) return cid
    const message = `Cannot ${action}: its content id is that of other bytes than were sent.`
    throw new LoadTestError('STORAGE_FAILED', message, { details: { cid } })
  }

  async unpin(cid: string, action: string, call: StorageCall): Promise<void> {
    await this.#ask({ method: 'DELETE', path: `/pinning/unpin/${cid}`, action, ...call })
  }

  /** Lists the pins of this program, the latest first, page by page. */
  async *pages(call: StorageCall, pageLimit: number): AsyncGenerator<StorageFile[]> {
    const action = 'list what is pinned with Pinata'
    const condition = JSON.stringify({ uploadedBy: { value: uploadedBy, op: 'eq' } })
    for (let pageOffset = 0; ; pageOffset += pageLimit) {
      const query = new URLSearchParams({
        status: 'pinned',
        pageLimit: String(pageLimit),
        pageOffset: String(pageOffset),
        'metadata[keyvalues]': condition,
      })
      const { body } = await this.#ask({ method: 'GET', path: `/data/pinList?${query}`, action, ...call })
      const { rows } = parseAnswer(pinListSchema, body, action)
      yield rows.map(toFile)
      if (rows.length < pageLimit) return
    }
  }

  async #ask({ headers, ...request }: Omit<StorageRequest, 'origin'>): Promise<StorageAnswer> {
    return await storageRequest(this.#dispatcher, {
      ...request,
      origin: this.#origin,
      headers: { ...headers, ...this.#authorization },
      secrets: [this.#jwt],
    })
  }
}

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
