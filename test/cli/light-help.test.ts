import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const root = new URL('../../', import.meta.url)
const commands = readdirSync(new URL('src/scripts/', root))
  .flatMap((file) => /^([a-z-]+)\.ts$/.exec(file)?.[1] ?? [])
  .filter((name) => name !== 'main')
  .map((name) => (name === 'run-test' ? 'run' : name))

/** Prints the URL of every module that is loaded after it to standard error. */
const listModules = `
  import { register } from 'node:module'
  const hook = "import { writeSync } from 'node:fs'\\n" +
    "export const load = (url, context, next) => (writeSync(2, url + '\\\\n'), next(url, context))"
  register('data:text/javascript,' + encodeURIComponent(hook))`
const hookUrl = `data:text/javascript,${encodeURIComponent(listModules)}`

/** Prints the help of command lines in one process. */
const showHelp = `
  const { runCommandLine } = await import(process.argv[1])
  const { signal } = new AbortController()
  const io = { stdout: process.stdout, stderr: process.stderr, env: {}, cwd: '.', signal, forced: signal }
  for (const name of process.argv.slice(2)) await runCommandLine([...name.split(' '), '--help'], io)`

function loadedBy(args: readonly string[]): { stdout: string; files: string[]; packages: string[] } {
  const { stdout, stderr } = spawnSync(process.execPath, ['--import', hookUrl, ...args], { encoding: 'utf8' })
  const files = stderr.split('\n').filter((line) => line.startsWith('file:'))
  const packages = files.flatMap((url) => /\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1] ?? [])
  return { stdout, files, packages: [...new Set(packages)] }
}

describe('help and version', () => {
  it.each(['--version', '--help'])('load commander and no other package: %s', (flag) => {
    const { files, packages } = loadedBy([fileURLToPath(new URL('dist/index.js', root)), flag])
    expect(packages).toEqual(['commander'])
    expect(files.filter((url) => url.includes('/config/parameters/'))).toEqual([])
  })

  it('of every command load commander and no other package', () => {
    expect(commands.length).toBeGreaterThan(10)
    const parts = ['wallets fund', 'baseline set', 'artillery write', 'artillery run']
    const main = new URL('dist/scripts/main.js', root).href
    const names = [...commands, ...parts]
    const { stdout, packages } = loadedBy(['--input-type=module', '--eval', showHelp, main, ...names])
    for (const name of names) expect(stdout).toContain(`Usage: vana-load ${name} `)
    expect(packages).toEqual(['commander'])
    // Help goes through the redactor like all output; a sentence that looks like a secret would lose its words.
    expect(stdout).not.toContain('[redacted]')
  })
})
