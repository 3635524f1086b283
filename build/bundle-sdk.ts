/**
 * Bundles the Vana SDK, unmodified except for its `console.debug` calls, into `generated/vana-sdk.js`.
 *
 * The published ESM has imports without extensions, which plain Node cannot load. viem, openpgp and the SDK's own
 * native secp256k1 stay outside, so that the process loads each of them once. The older secp256k1 of eccrypto-js has
 * a different API and goes into the bundle.
 */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { build, type Plugin } from 'esbuild'

const require = createRequire(import.meta.url)
const root = new URL('..', import.meta.url)
const outputFile = new URL('../generated/vana-sdk.js', import.meta.url)
const typesFile = new URL('../generated/vana-sdk.d.ts', import.meta.url)
const grantFileOutput = new URL('../generated/vana-grant-file.js', import.meta.url)
const grantFileTypes = new URL('../generated/vana-grant-file.d.ts', import.meta.url)
const stampFile = new URL('../generated/vana-sdk.stamp', import.meta.url)

const entry = `export { VanaCore, NodePlatformAdapter, encryptBlobWithSignedKey,
  encryptWithWalletPublicKey, generateEncryptionKey, getAbi, getContractAddress, mokshaTestnet, vanaMainnet,
  DEFAULT_ENCRYPTION_SEED } from '@opendatalabs/vana-sdk/node'`

/** The only function without other parts of the SDK, so that the thread that calls it does not load all of it. */
const grantFileEntry = `export { createGrantFile } from './node_modules/@opendatalabs/vana-sdk/dist/utils/grantFiles.js'`

/** Environment read when the SDK loads: its own ECIES over native secp256k1, in the same format as the default. */
const banner = `import { createRequire as createNodeRequire } from 'node:module'
const require = createNodeRequire(import.meta.url)
process.env.VANA_USE_CUSTOM_ECIES ??= 'true'`

const nativeSecp256k1: Plugin = {
  name: 'native-secp256k1',
  setup(bundle) {
    bundle.onResolve({ filter: /^secp256k1$/ }, ({ importer }) =>
      importer.includes('eccrypto-js') ? undefined : { path: 'secp256k1', external: true },
    )
  },
}

const stamp = createHash('sha256')
  .update(readFileSync(new URL(import.meta.url)))
  .update(readFileSync(require.resolve('../node_modules/@opendatalabs/vana-sdk/package.json')))
  .digest('hex')

const outputs = [outputFile, grantFileOutput, stampFile]
const isCurrent = outputs.every((file) => existsSync(file)) && readFileSync(stampFile, 'utf8') === stamp
if (!isCurrent) {
  mkdirSync(new URL('.', outputFile), { recursive: true })
  await bundle(entry, outputFile, banner)
  await bundle(grantFileEntry, grantFileOutput, '')
  writeFileSync(typesFile, `${entry}\n`)
  writeFileSync(grantFileTypes, `export { createGrantFile } from '@opendatalabs/vana-sdk/node'\n`)
  writeFileSync(stampFile, stamp)
}

async function bundle(contents: string, output: URL, banner: string): Promise<void> {
  await build({
    stdin: { contents, resolveDir: fileURLToPath(root), sourcefile: 'vana-sdk-entry.js' },
    outfile: fileURLToPath(output),
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    external: ['viem', 'viem/*', 'openpgp'],
    plugins: [nativeSecp256k1],
    pure: ['console.debug'],
    minifySyntax: true,
    treeShaking: true,
    banner: { js: banner },
    legalComments: 'eof',
    logLevel: 'error',
  })
}
