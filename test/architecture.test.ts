import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))

/** Which rooms of `src/` each room may import from; `docs/architecture.md` says why. */
const mayImport: Record<string, readonly string[]> = {
  // Knows nothing of the rest.
  errors: [],
  random: [],
  async: ['errors'],
  crypto: ['errors'],
  http: ['errors'],
  process: ['async', 'errors'],
  files: ['async'],
  metrics: ['errors'],
  redaction: [],
  // Knows arrivals and time, and nothing of Vana.
  load: ['async', 'errors', 'random'],
  // Knows what can be asked for.
  config: ['crypto', 'errors', 'files', 'load', 'redaction'],
  // Knows Vana, and nothing of arrivals.
  vana: ['crypto', 'errors'],
  chain: ['async', 'config', 'crypto', 'errors', 'http', 'metrics', 'redaction'],
  storage: ['async', 'crypto', 'errors', 'files', 'http', 'redaction'],
  wallets: ['async', 'chain', 'config', 'crypto', 'errors', 'files'],
  flow: ['async', 'chain', 'config', 'crypto', 'errors', 'http', 'process', 'random', 'storage', 'vana'],
  // What a flow talks to, over HTTP and JSON-RPC only.
  server: ['async', 'chain', 'config', 'crypto', 'errors', 'http'],
  testbed: [
    ...['async', 'chain', 'config', 'crypto', 'errors', 'files', 'flow', 'http', 'process', 'random'],
    ...['redaction', 'server'],
  ],
  // Knows what happened.
  results: ['config', 'errors', 'files', 'flow', 'metrics', 'redaction'],
  report: ['config', 'errors', 'flow', 'metrics', 'redaction', 'results'],
  dashboard: ['errors', 'http', 'metrics', 'redaction', 'report', 'results'],
  // Brings them together.
  run: [
    ...[
      'async',
      'chain',
      'config',
      'crypto',
      'errors',
      'files',
      'flow',
      'http',
      'load',
      'metrics',
      'process',
      'random',
    ],
    ...['redaction', 'results', 'storage', 'vana', 'wallets'],
  ],
  artillery: ['config', 'errors', 'flow', 'load', 'process', 'redaction', 'results', 'run'],
  // The library's entries, which know all but the command line and its pages.
  lib: [
    ...['chain', 'config', 'crypto', 'errors', 'flow', 'load', 'process', 'redaction', 'report'],
    ...['results', 'run', 'server', 'testbed', 'wallets'],
  ],
  scripts: ['*'],
}

type Import = { from: string; to: string }

const imports: Import[] = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
  .map((file) => join('src', file))
  .filter((file) => file.endsWith('.ts') && !/\.(test|fixture)\.ts$/.test(file))
  .flatMap((file) => {
    const { importedFiles } = ts.preProcessFile(readFileSync(join(root, file), 'utf8'))
    return importedFiles
      .filter(({ fileName }) => fileName.startsWith('.'))
      .map(({ fileName }) => ({ from: file, to: relative(root, join(root, dirname(file), fileName)) }))
  })

const roomOf = (file: string): string => file.split('/')[1] ?? ''

describe('rooms', () => {
  it('import only from the rooms that they may know', () => {
    const strangers = imports.filter(({ from, to }) => {
      const [room, other] = [roomOf(from), roomOf(to)]
      if (!to.startsWith('src/') || room === other || from === 'src/index.ts') return false
      const allowed = mayImport[room] ?? []
      return !allowed.includes('*') && !allowed.includes(other)
    })
    expect(strangers).toEqual([])
  })

  it('are all named in the table', () => {
    const rooms = new Set(imports.map(({ from }) => roomOf(from)).filter((room) => !room.endsWith('.ts')))
    expect([...rooms].filter((room) => !(room in mayImport))).toEqual([])
  })

  it('have no way back: none knows, even through others, a room that knows it', () => {
    const reach = (room: string, seen = new Set<string>()): Set<string> => {
      for (const next of mayImport[room] ?? []) {
        if (seen.has(next)) continue
        seen.add(next)
        reach(next, seen)
      }
      return seen
    }
    expect(Object.keys(mayImport).filter((room) => reach(room).has(room))).toEqual([])
  })

  it('reach the Vana SDK through one door', () => {
    const doors = imports.filter(({ to }) => to.startsWith('generated/vana-')).map(({ from }) => from)
    expect(doors.sort()).toEqual(['src/vana/grant-file.ts', 'src/vana/sdk.ts'])
    const users = imports.filter(({ to }) => to === 'src/vana/sdk.ts').map(({ from }) => roomOf(from))
    expect(users.filter((room) => room !== 'vana' && room !== 'flow')).toEqual([])
  })

  it("of the testbed's parts are loaded only by the part that is started", () => {
    const roots = ['src/testbed/part-process.ts', 'src/testbed/start-testbed.ts']
    const parts = /^src\/(server|testbed\/(emulator|personal-server|storage))\/|start-fault-proxy\.ts$/
    expect([...loadedWith(roots)].filter((file) => parts.test(file))).toEqual([])
  })
})

/** The files that Node loads with these: whatever is imported, at any depth, but for types and what is imported later. */
function loadedWith(files: readonly string[], loaded = new Set<string>()): Set<string> {
  for (const file of files) {
    if (loaded.has(file) || !file.endsWith('.ts')) continue
    loaded.add(file)
    const source = ts.createSourceFile(file, readFileSync(join(root, file), 'utf8'), ts.ScriptTarget.Latest)
    const next = source.statements
      .filter((statement) => ts.isImportDeclaration(statement) && !isOnlyTypes(statement))
      .map((statement) => ((statement as ts.ImportDeclaration).moduleSpecifier as ts.StringLiteral).text)
      .filter((path) => path.startsWith('.'))
    loadedWith(
      next.map((path) => relative(root, join(root, dirname(file), path))),
      loaded,
    )
  }
  return loaded
}

function isOnlyTypes({ importClause }: ts.ImportDeclaration): boolean {
  if (importClause === undefined) return false
  const { isTypeOnly, name, namedBindings } = importClause
  if (isTypeOnly) return true
  return (
    name === undefined &&
    namedBindings !== undefined &&
    ts.isNamedImports(namedBindings) &&
    namedBindings.elements.every((element) => element.isTypeOnly)
  )
}
