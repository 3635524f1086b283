import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { GoogleDriveStorage, PinataStorage } from '@opendatalabs/vana-sdk'
import { build } from 'esbuild'

type Providers = { GoogleDriveStorage: typeof GoogleDriveStorage; PinataStorage: typeof PinataStorage }

/** The SDK's own storage providers, as they are published; plain Node can't load them unbundled. */
export async function sdkProviders(): Promise<Providers> {
  const folder = './node_modules/@opendatalabs/vana-sdk/dist/storage/providers'
  const contents = `export * from '${folder}/pinata.js'; export * from '${folder}/google-drive.js'`
  const folderOut = mkdtempSync(join(tmpdir(), 'vana-load-sdk-'))
  const outfile = join(folderOut, 'providers.mjs')
  await build({
    stdin: { contents, resolveDir: fileURLToPath(new URL('../..', import.meta.url)) },
    bundle: true,
    format: 'esm',
    platform: 'node',
    outfile,
  })
  const providers = (await import(/* @vite-ignore */ pathToFileURL(outfile).href)) as Providers
  rmSync(folderOut, { recursive: true })
  return providers
}

/** Sets the addresses that the SDK has built into a provider. */
export function pointedAt<T extends object>(provider: T, addresses: Record<string, string>): T {
  return Object.assign(provider, addresses)
}
