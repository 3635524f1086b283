/**
 * Builds everything that a checkout needs to run, in order: SDK bundle, contracts, live page, compiled program. npm calls it through
 * `prepare`, so `npm ci` is the only step. Skips bundle and contracts if their inputs have not changed.
 */
import { chmodSync, writeFileSync } from 'node:fs'
import { summaryJsonSchema } from '../src/results/summary-schema.ts'

await import('./bundle-sdk.ts')
await import('./compile-contracts.ts')
await import('./bundle-live-page.ts')
await import('./compile-program.ts')
await import('./bundle-artillery.ts')
chmodSync(new URL('../dist/index.js', import.meta.url), 0o755)
writeFileSync(
  new URL('../generated/summary.schema.json', import.meta.url),
  `${JSON.stringify(summaryJsonSchema(), null, 2)}\n`,
)
