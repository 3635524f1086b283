/**
 * Everything that a checkout needs before it can run, in the order of need: SDK bundle, contracts, compiled program.
 * npm calls it through `prepare`, so that `npm ci` is the only step; parts whose inputs did not change are skipped.
 */
import { execFileSync } from 'node:child_process'
import { chmodSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc')

await import('./bundle-sdk.ts')
await import('./compile-contracts.ts')
rmSync(`${root}dist`, { recursive: true, force: true })
execFileSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], { cwd: root, stdio: 'inherit' })
chmodSync(`${root}dist/index.js`, 0o755)
