/**
 * Writes the types that the library entries reach into `dist/`. npm calls it before packing, and so does `npm run check:package`;
 * an installation does not wait for it.
 */
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import packageJson from '../package.json' with { type: 'json' }

const root = fileURLToPath(new URL('..', import.meta.url))
const dist = join(root, 'dist')
const entries = ['index', 'testbed', 'vitest'].map((name) => join(root, `src/lib/${name}.ts`))

/** Packages that a consumer has: those installed with this one, and the peer dependency with its own types. */
const installed = new Set([
  ...Object.keys({ ...packageJson.dependencies, ...packageJson.peerDependencies }),
  ...builtinModules.map((name) => `node:${name}`),
])

const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile)
const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, root)
delete options.tsBuildInfoFile
const program = ts.createProgram(entries, {
  ...options,
  noEmit: false,
  incremental: false,
  declaration: true,
  emitDeclarationOnly: true,
  rootDir: join(root, 'src'),
  outDir: dist,
  // `npm run types` checks them; here only their text matters.
  noCheck: true,
})

const written = new Map<string, string>()
for (const entry of entries) emit(entry)
for (const file of filesIn(dist)) if (file.endsWith('.d.ts') && !written.has(file)) rmSync(file)
for (const [file, text] of written) {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
}

/** Writes the types of a source file, then of those that its types name. */
function emit(source: string): void {
  const file = join(dist, relative(join(root, 'src'), source)).replace(/\.ts$/, '.d.ts')
  if (written.has(file)) return
  const text = declarationsOf(source)
  written.set(file, text.replaceAll(/((?:from|import\() ?['"]\.[^'"]*)\.ts(['"])/g, '$1.js$2'))
  for (const { fileName } of ts.preProcessFile(text).importedFiles) {
    if (fileName.startsWith('.')) emit(join(dirname(source), fileName))
    else requireInstalled(fileName, source)
  }
}

function declarationsOf(source: string): string {
  let text = ''
  const { diagnostics } = program.emit(
    program.getSourceFile(source),
    (_file, content) => {
      text = content
    },
    undefined,
    true,
  )
  if (text !== '') return text
  throw new Error(`No types for ${relative(root, source)}:\n${diagnostics.map(wordsOf).join('\n')}`)
}

const wordsOf = ({ messageText }: ts.Diagnostic): string => ts.flattenDiagnosticMessageText(messageText, '\n')

/** Rejects types of a package that consumers do not have, which would be `any` there, or an error. */
function requireInstalled(specifier: string, source: string): void {
  const [scope = '', name] = specifier.split('/')
  const packageName = scope.startsWith('@') ? `${scope}/${name}` : scope
  if (installed.has(packageName)) return
  throw new Error(`The types of ${relative(root, source)} need ${packageName}, which consumers do not have.`)
}

function filesIn(folder: string): string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((file) => join(folder, file))
}
