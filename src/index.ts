#!/usr/bin/env node
// Nothing but Node's own may be loaded before the version is known: dependencies fail on older ones with riddles.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(`vana-load needs Node.js 20.19 or later, and this is ${process.version}.\n`)
  process.exitCode = 2
} else {
  const { main } = await import('./scripts/main.ts')
  process.exitCode = await main(process.argv.slice(2))
}
