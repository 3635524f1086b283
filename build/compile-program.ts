/**
 * Compiles `src/` into `dist/`, file by file. Types are checked by `npm run types`, not here, so that an installation
 * doesn't wait for it; there are no declarations, since the package is a program and no library.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

const root = fileURLToPath(new URL('..', import.meta.url))
const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile)
const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, root)
const compilerOptions: ts.CompilerOptions = { ...options, module: ts.ModuleKind.ESNext, noEmit: false }

rmSync(join(root, 'dist'), { recursive: true, force: true })
for (const file of readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })) {
  if (!file.endsWith('.ts') || /\.(d|test|fixture)\.ts$/.test(file)) continue
  const source = readFileSync(join(root, 'src', file), 'utf8')
  const { outputText, diagnostics = [] } = ts.transpileModule(source, {
    fileName: file,
    compilerOptions,
    reportDiagnostics: true,
  })
  if (diagnostics.length > 0) {
    throw new Error(
      ts.formatDiagnostics(diagnostics, {
        ...ts.sys,
        getCanonicalFileName: String,
        getNewLine: () => '\n',
        getCurrentDirectory: () => root,
      }),
    )
  }
  const output = join(root, 'dist', file.replace(/\.ts$/, '.js'))
  mkdirSync(dirname(output), { recursive: true })
  writeFileSync(output, outputText)
}
