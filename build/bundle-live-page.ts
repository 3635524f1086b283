/**
 * Bundles the browser code of the live page into `generated/live-page.js`: the charts and tables of the report, and the page's own
 * code. The bundle defines `livePage` and loads nothing.
 */
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url))

await build({
  entryPoints: [path('../src/dashboard/page/live-page.ts')],
  outfile: path('../generated/live-page.js'),
  bundle: true,
  format: 'iife',
  globalName: 'livePage',
  platform: 'browser',
  target: 'es2023',
  minify: true,
  legalComments: 'none',
  logLevel: 'error',
})
