import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { delimiter, dirname, join, resolve } from 'node:path'
import { z } from 'zod'
import { LoadTestError } from '../errors/load-test-error.ts'

/** An installation of Artillery. */
export type Artillery = {
  version: string
  /** Path of its program, to run with Node. */
  program: string
}

const packageSchema = z.object({
  name: z.literal('artillery'),
  version: z.string(),
  bin: z.union([z.string(), z.object({ artillery: z.string() })]),
  engines: z.object({ node: z.string().optional() }).optional(),
})

/**
 * Finds an installed Artillery: in the named folder, else in `node_modules` of the given places and the folders above them,
 * else on the path.
 *
 * @param options.places folders to start from, in order of precedence
 * @param options.node version of the Node.js that runs it, such as `22.18.0`
 * @throws LoadTestError ARTILLERY_MISSING; ARTILLERY_UNFIT if it needs a newer Node.js
 * @example findArtillery({ places: [process.cwd()], path: process.env.PATH, node: process.versions.node })
 */
export function findArtillery(options: {
  named?: string | undefined
  places: readonly string[]
  path: string | undefined
  node: string
}): Artillery {
  const { named, places, path = '', node } = options
  const folders =
    named === undefined
      ? [
          ...places.flatMap(foldersAbove).map((folder) => join(folder, 'node_modules/artillery')),
          ...path.split(delimiter).flatMap(folderOfProgram),
        ]
      : [resolve(named), resolve(named, 'node_modules/artillery')]
  for (const folder of folders) {
    const found = readArtillery(folder)
    if (!found) continue
    const { version, bin, engines } = found
    const [wanted] = /\d+(\.\d+)*/.exec(engines?.node ?? '') ?? []
    if (wanted !== undefined && isOlder(node, wanted)) {
      throw new LoadTestError(
        'ARTILLERY_UNFIT',
        `Artillery ${version} in ${folder} needs Node.js ${wanted} or later; this is ${node}.`,
      )
    }
    return { version, program: join(folder, typeof bin === 'string' ? bin : bin.artillery) }
  }
  const where = named === undefined ? 'not installed' : `not in ${named}`
  throw new LoadTestError('ARTILLERY_MISSING', `Artillery is ${where}.`)
}

function readArtillery(folder: string): z.output<typeof packageSchema> | undefined {
  try {
    return packageSchema.safeParse(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))).data
  } catch {
    return undefined
  }
}

/** Returns the package of the `artillery` in a folder on the path. */
function folderOfProgram(folder: string): string[] {
  const program = join(folder, 'artillery')
  if (folder === '' || !existsSync(program)) return []
  return foldersAbove(dirname(realpathSync(program))).slice(0, 3)
}

function foldersAbove(folder: string): string[] {
  const parent = dirname(folder)
  return parent === folder ? [folder] : [folder, ...foldersAbove(parent)]
}

/** @example isOlder('20.20.2', '22.18.0') // true */
function isOlder(version: string, than: string): boolean {
  const [a, b] = [version, than].map((text) => text.split('.').map(Number))
  for (let i = 0; i < 3; i++) {
    const difference = (a?.[i] ?? 0) - (b?.[i] ?? 0)
    if (difference !== 0) return difference < 0
  }
  return false
}
