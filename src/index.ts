#!/usr/bin/env node
// Load only Node's own modules until the version is known: dependencies fail with obscure errors on older ones.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(`vana-load needs Node.js 20.19 or later, and this is ${process.version}.\n`)
  process.exitCode = 2
} else {
  const { fileHandleLimit, leastFileHandles } = await import('./process/file-handles.ts')
  const limit = fileHandleLimit()
  if (limit !== null && limit < leastFileHandles) {
    process.stderr.write(
      `TOO_FEW_FILE_HANDLES: vana-load needs ${leastFileHandles} file handles, and this process may have ${limit}.\n` +
        '  hint: Raise the limit of open files, for example with `ulimit -n 4096`.\n',
    )
    process.exitCode = 2
  } else {
    const { main } = await import('./scripts/main.ts')
    process.exitCode = await main(process.argv.slice(2))
  }
}
