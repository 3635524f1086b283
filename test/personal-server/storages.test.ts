import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { usualStorage } from '../../src/config/usual-settings.fixture.ts'
import { createGoogleDrive } from '../../src/storage/google-drive.ts'
import type { ObjectStorage } from '../../src/storage/object-storage.ts'
import { createPinata } from '../../src/storage/pinata.ts'
import {
  type DriveEmulator,
  startDriveEmulator,
} from '../../src/testbed/google-drive/start-drive-emulator.ts'
import { type PinataEmulator, startPinataEmulator } from '../../src/testbed/pinata/start-pinata-emulator.ts'
import { encryptPgp } from './seal.fixture.ts'
import { createWorld, grantOf, type World } from './world.fixture.ts'

let world: World
let gateway: PinataEmulator
let drive: DriveEmulator
let ipfs: ObjectStorage
let shared: ObjectStorage
beforeAll(async () => {
  gateway = await startPinataEmulator({ keys: [{ jwt: 'jwt' }] })
  drive = await startDriveEmulator({ accessTokens: ['token'], scanLimitBytes: 10_000 })
  ipfs = createPinata({ ...usualStorage, jwt: 'jwt', apiEndpoint: gateway.url })
  shared = createGoogleDrive({
    ...usualStorage,
    credentials: { accessToken: 'token' },
    apiEndpoint: drive.url,
  })
  world = await createWorld({
    // The first is down.
    ipfsGateways: ['http://127.0.0.1:1/ipfs/', `${gateway.url}/ipfs/`],
    driveUrl: drive.url,
  })
})
afterAll(async () => {
  await Promise.all([world.stop(), gateway.stop(), drive.stop(), ipfs.close(), shared.close()])
})

const encrypted = (text = 'a') => encryptPgp(text, 'a passphrase')
const statusOf = async (parts: Parameters<World['permit']>[0]): Promise<number> =>
  (await world.post(await world.permit(parts))).status
const detailOf = async (parts: Parameters<World['permit']>[0]): Promise<string> =>
  ((await world.post(await world.permit(parts))).json as { detail: { detail: string } }).detail.detail

describe('4. File handling: IPFS and Google Drive', () => {
  it('reads grant and files by content id from the first gateway that has them', async () => {
    const [file, grant] = [
      await ipfs.upload(await encrypted()),
      await ipfs.upload(Buffer.from(JSON.stringify(grantOf()))),
    ]
    expect(await statusOf({ grantUrl: grant.url, fileUrls: [file.url] })).toBe(202)
    expect(await statusOf({ fileUrls: [`ipfs://${'Qm'.padEnd(46, 'a')}`] })).toBe(500)
  })

  it('reads them from an embedded Google Drive under any form of link', async () => {
    const [file, grant] = [
      await shared.upload(await encrypted()),
      await shared.upload(Buffer.from(JSON.stringify(grantOf()))),
    ]
    const id = /id=([\w-]+)/.exec(file.url)?.[1] ?? ''
    const before = drive.stats().downloads
    expect(await statusOf({ grantUrl: grant.url, fileUrls: [file.url] })).toBe(202)
    expect(await statusOf({ fileUrls: [`https://drive.google.com/file/d/${id}/view?usp=sharing`] })).toBe(202)
    expect(await statusOf({ fileUrls: [`https://docs.google.com/uc?id=${id}`] })).toBe(202)
    expect(drive.stats().downloads - before).toBe(4)
  })

  it('reads a page that Drive sends instead of a file as the file', async () => {
    const { url } = await shared.upload(await encrypted('x'.repeat(20_000)))
    expect(await detailOf({ fileUrls: [url] })).toMatch(/Decryption failed: no data was provided/)
    const gone = 'https://drive.google.com/uc?id=gone'
    expect(await detailOf({ fileUrls: [gone] })).toContain(`File not found at ${gone}`)
  })
})
