/**
 * Bundles the files for machines that Artillery starts, where nothing is installed, into `generated/artillery/`:
 *
 * - `processor.cjs`: the functions of a script, without any import but Node's own;
 * - `program/`: `vana-load` itself, with its dependencies but without the embedded stack, the code of its worker threads, and
 *   the native part of secp256k1, which on other platforms is JavaScript.
 */
import { createHash } from 'node:crypto'
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type BuildOptions, build, type Plugin } from 'esbuild'
import { ownVersion } from '../src/process/own-version.ts'
import { sdkVersion } from '../src/vana/sdk-version.ts'

const require = createRequire(import.meta.url)
const root = fileURLToPath(new URL('..', import.meta.url))
const output = join(root, 'generated/artillery')
/** Temporary folder of the build, since another build may be running, and a program may be reading the current files. */
const fresh = `${output}.${process.pid}`
const program = join(fresh, 'program')

const common: BuildOptions = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node20',
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'none',
  // Piscina would only set priorities with it, which is not needed.
  external: ['@napi-rs/nice'],
  logLevel: 'error',
}

/** Replacements for modules that read files of this package, and for the command that needs the embedded stack. */
const replaced: Record<string, string> = {
  'src/process/own-version.ts': `export const ownVersion = () => ${JSON.stringify(ownVersion())}`,
  'src/vana/sdk-version.ts': `export const sdkVersion = () => ${JSON.stringify(sdkVersion())}`,
  'src/scripts/testbed.ts': `import { LoadTestError } from '../errors/load-test-error.ts'
export const define = (command, _io, run) => command.allowUnknownOption().allowExcessArguments().action(() => run(() => {
  throw new LoadTestError('CONFIG_INVALID', 'The program of an Artillery bundle has no embedded stack.',
    { hint: 'Name a target: set VANA_LOAD_TARGET, or write the bundle with --target.' })
}))`,
}
const replacements: Plugin = {
  name: 'replacements',
  setup(bundle) {
    const missing = Object.keys(replaced).filter((file) => !existsSync(join(root, file)))
    if (missing.length > 0)
      throw new Error(`The Artillery bundle replaces files that do not exist: ${missing.join(', ')}`)
    bundle.onLoad({ filter: /\.ts$/ }, ({ path }) => {
      const contents = replaced[path.slice(root.length).replaceAll('\\', '/')]
      return contents === undefined ? undefined : { contents, loader: 'ts', resolveDir: dirname(path) }
    })
  },
}

/** CommonJS modules in a bundle ask for these. */
const banner = `import{createRequire as cr}from'node:module';import{fileURLToPath as fp}from'node:url';
const require=cr(import.meta.url),__filename=fp(import.meta.url),__dirname=fp(new URL('.',import.meta.url));`

const stamp = stampOf([
  ...filesIn(join(root, 'src')).filter((file) => !/\.(test|fixture)\.ts$/.test(file)),
  ...[
    fileURLToPath(import.meta.url),
    join(root, 'package-lock.json'),
    join(root, 'generated/vana-sdk.stamp'),
  ],
])
if (!isCurrent()) {
  mkdirSync(join(program, 'lib'), { recursive: true })
  await Promise.all([bundleProcessor(), bundleProgram(), bundleThread()])
  // Makes plain `.js` files CommonJS, wherever the folder is copied to.
  writeFileSync(join(program, 'package.json'), '{ "private": true, "type": "commonjs" }\n')
  const native = join(dirname(require.resolve('secp256k1/package.json')), 'prebuilds')
  cpSync(native, join(program, 'lib/prebuilds'), { recursive: true })
  writeFileSync(join(fresh, 'stamp'), stamp)
  replaceOutput()
}

function isCurrent(): boolean {
  const file = join(output, 'stamp')
  return existsSync(file) && readFileSync(file, 'utf8') === stamp
}

function replaceOutput(): void {
  const old = `${fresh}.old`
  try {
    if (existsSync(output)) renameSync(output, old)
    renameSync(fresh, output)
  } catch (error) {
    // Another build was faster, with the same result.
    if (!isCurrent()) throw error
  } finally {
    for (const folder of [old, fresh]) rmSync(folder, { recursive: true, force: true })
  }
}

function bundleProcessor() {
  return build({
    ...common,
    entryPoints: ['src/artillery/processor.ts'],
    outfile: join(fresh, 'processor.cjs'),
    format: 'cjs',
  })
}

function bundleProgram() {
  return build({
    ...common,
    entryPoints: { index: 'src/index.ts', 'lib/compute-worker': 'src/flow/compute-worker.ts' },
    outdir: program,
    outExtension: { '.js': '.mjs' },
    // Next to the code of the threads and below the entry, as in `dist`.
    chunkNames: 'lib/[name]-[hash]',
    splitting: true,
    format: 'esm',
    banner: { js: banner },
    plugins: [replacements],
  })
}

/** Piscina starts its threads with its own file, next to its code. */
function bundleThread() {
  return build({
    ...common,
    entryPoints: [join(dirname(require.resolve('piscina')), 'worker.js')],
    outfile: join(program, 'lib/worker.js'),
    format: 'cjs',
  })
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .sort()
}

function stampOf(files: readonly string[]): string {
  const hash = createHash('sha256')
  for (const file of files) hash.update(file.slice(root.length)).update(readFileSync(file))
  return hash.digest('hex')
}
