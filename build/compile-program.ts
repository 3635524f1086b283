/**
 * Compiles `src/` into `dist/`, file by file. `npm run types` checks the types and `declarations.ts` writes those of the library,
 * so that an installation waits for neither.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

const root = fileURLToPath(new URL('..', import.meta.url))
const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile)
const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, root)
const compilerOptions: ts.CompilerOptions = { ...options, module: ts.ModuleKind.ESNext, noEmit: false }

const formatHost = {
  ...ts.sys,
  getCanonicalFileName: String,
  getNewLine: () => '\n',
  getCurrentDirectory: () => root,
}

const isProgram = (file: string): boolean => file.endsWith('.ts') && !/\.(d|test|fixture)\.ts$/.test(file)
const filesIn = (folder: string): string[] =>
  existsSync(join(root, folder))
    ? readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).filter(
        (file) => extname(file) !== '',
      )
    : []

// Files are replaced one by one, and only if they changed: the program may be running.
const wanted = new Set<string>()
for (const file of filesIn('src').filter(isProgram)) {
  const output = file.replace(/\.ts$/, '.js')
  wanted.add(output)
  writeIfChanged(join(root, 'dist', output), compile(file))
}
for (const file of filesIn('dist')) {
  if (!wanted.has(file) && !file.endsWith('.d.ts')) rmSync(join(root, 'dist', file))
}

function compile(file: string): string {
  const source = readFileSync(join(root, 'src', file), 'utf8')
  const { outputText, diagnostics = [] } = ts.transpileModule(source, {
    fileName: file,
    compilerOptions,
    reportDiagnostics: true,
  })
  if (diagnostics.length === 0) return outputText
  throw new Error(ts.formatDiagnostics(diagnostics, formatHost))
}

function writeIfChanged(path: string, text: string): void {
  if (existsSync(path) && readFileSync(path, 'utf8') === text) return
  mkdirSync(dirname(path), { recursive: true })
  const fresh = `${path}.${process.pid}.tmp`
  writeFileSync(fresh, text)
  renameSync(fresh, path)
}
