/**
 * Everything that a checkout needs before it can run, in the order of need: SDK bundle, contracts, live page, compiled program.
 * npm calls it through `prepare`, so that `npm ci` is the only step; bundle and contracts are skipped when their inputs
 * did not change.
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
