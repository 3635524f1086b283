import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
/** Below node_modules, where the package finds its dependencies and nothing else of the checkout. */
const consumer = join(root, `node_modules/.cache/consumer-${process.pid}`)
const compilerOptions = {
  module: 'nodenext',
  target: 'es2023',
  types: ['node', 'vana-load/vitest'],
  noEmit: true,
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  // The declarations of all packages are checked with the examples, by .ci/run-examples.
  skipLibCheck: true,
  allowJs: true,
  checkJs: true,
  allowImportingTsExtensions: true,
}

beforeAll(async () => {
  await import('../../build/declarations.ts')
  mkdirSync(join(consumer, 'node_modules'), { recursive: true })
  execFileSync('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', consumer], { cwd: root })
  const [tarball = ''] = readdirSync(consumer).filter((name) => name.endsWith('.tgz'))
  execFileSync('tar', ['-xzf', tarball], { cwd: consumer })
  symlinkSync('../package', join(consumer, 'node_modules/vana-load'))
  writeFileSync(join(consumer, 'package.json'), '{ "type": "module" }')
  writeFileSync(
    join(consumer, 'tsconfig.json'),
    JSON.stringify({ compilerOptions, include: ['code/**/*.ts', 'examples/**/*.ts', 'examples/**/*.mjs'] }),
  )
  symlinkSync(join(root, 'examples'), join(consumer, 'examples'))
})
afterAll(() => rmSync(consumer, { recursive: true, force: true }))

describe('the packed package', () => {
  it('has types that examples, doc comments and pages of the docs compile against', () => {
    mkdirSync(join(consumer, 'code'))
    const blocks = [...examplesOfComments(), ...blocksOfPages()]
    expect(blocks.length).toBeGreaterThan(10)
    for (const [i, { name, code }] of blocks.entries()) {
      writeFileSync(join(consumer, `code/${i}-${name}.ts`), withContext(code))
    }
    writeFileSync(join(consumer, 'code/refused.ts'), refused)
    expect(typeErrors()).toBe('')
  })

  it('gives a program what its types say, and prints nothing', () => {
    const program = `
      import * as library from 'vana-load'
      import { startTestbed } from 'vana-load/testbed'
      const { users, load } = library.resolveConfig({ users: 12, rate: '5/s' })
      const names = ['runLoadTest', 'VanaLoadTestClient', 'DataPortabilityFlow', 'LoadTestApiServer', 'TestWalletManager']
      console.log(users, load.ratePerSecond, typeof startTestbed, names.map((name) => typeof library[name]).join())`
    const args = ['--input-type=module', '--eval', program]
    const output = execFileSync(process.execPath, args, { cwd: consumer, encoding: 'utf8' })
    expect(output).toBe('12 5 function function,function,function,function,function\n')
  })
})

/** A name that does not exist, and a value of another type: the compiler complains where either would pass. */
const refused = `import { runLoadTest } from 'vana-load'
// @ts-expect-error
void runLoadTest({ userz: 60 })
// @ts-expect-error
void runLoadTest({ users: '60' })
`

function typeErrors(): string {
  try {
    execFileSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', consumer], {
      encoding: 'utf8',
    })
    return ''
  } catch (error) {
    return String((error as { stdout?: unknown }).stdout)
  }
}

type Block = { name: string; code: string }

/** The `@example` of every doc comment in the library's own files. */
function examplesOfComments(): Block[] {
  const folder = join(root, 'src/lib')
  const files = readdirSync(folder).filter((name) => /^[a-z-]+\.ts$/.test(name))
  return files.flatMap((file) => {
    const comments = readFileSync(join(folder, file), 'utf8').matchAll(/@example([\s\S]*?)\n? *\*\//g)
    return [...comments].map(([, text = '']) => ({
      name: file.replace('.ts', ''),
      code: text.replaceAll(/^ *\* ?/gm, ''),
    }))
  })
}

/** The code of the library's pages. */
function blocksOfPages(): Block[] {
  return ['library', 'testing-your-app'].flatMap((page) => {
    const blocks = readFileSync(join(root, `docs/${page}.md`), 'utf8').matchAll(/```[jt]s\n([\s\S]*?)```/g)
    return [...blocks].map(([, code = '']) => ({ name: page, code }))
  })
}

/** What a reader of an example knows from the text around it. */
const context: Record<string, string> = {
  runLoadTest: `import { runLoadTest } from 'vana-load'`,
  resolveConfig: `import { resolveConfig } from 'vana-load'`,
  VanaLoadTestClient: `import { VanaLoadTestClient } from 'vana-load'`,
  TestWalletManager: `import { TestWalletManager } from 'vana-load'`,
  generateMnemonic: `import { generateMnemonic } from 'vana-load'`,
  LoadTestParameters: `import type { LoadTestParameters } from 'vana-load'`,
  startTestbed: `import { startTestbed } from 'vana-load/testbed'`,
  createGlobalSetup: `import { createGlobalSetup } from 'vana-load/vitest'`,
  parseEther: `import { parseEther } from 'viem'`,
  testbed: `declare const testbed: import('vana-load/testbed').Testbed`,
  wallets: `declare const wallets: import('vana-load').TestWalletManager`,
}

function withContext(code: string): string {
  const defined = new Set(
    [...code.matchAll(/(?:const|import(?: type)?) (?:\{([^}]*)\}|(\w+))/g)].flatMap(([, list, name]) =>
      (list ?? name ?? '').split(',').map((one) => one.trim()),
    ),
  )
  const needed = Object.entries(context).filter(
    ([name]) => !defined.has(name) && new RegExp(`\\b${name}\\b`).test(code),
  )
  return [...needed.map(([, line]) => line), code, 'export {}', ''].join('\n')
}
