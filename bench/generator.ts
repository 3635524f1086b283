import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { build, type Plugin } from 'esbuild'
import { z } from 'zod'

const measured = z.object({
  succeeded: z.number(),
  lagMs: z.object({ p50: z.number(), p99: z.number() }),
  eventLoopDelayP99Ms: z.number(),
  rssPeakBytes: z.number(),
})

const source = fileURLToPath(new URL('./generator.process.ts', import.meta.url))

/** Loads the program's compiled modules from `dist/`. */
const compiledProgram: Plugin = {
  name: 'compiled-program',
  setup(bundle) {
    bundle.onResolve({ filter: /^\.\.\/src\// }, ({ path }) => ({
      path: new URL(path.replace('/src/', '/dist/').replace(/\.ts$/, '.js'), import.meta.url).href,
      external: true,
    }))
  },
}

/**
 * Runs users through the generator's engine without a target, in a separate process.
 *
 * @param flow `instant` does nothing; `computed` really encrypts, seals and signs, with immediate responses
 * @param ratePerSecond without a rate, 200 users are always in flight
 * @throws Error if a user does not succeed, since the figures would be meaningless
 */
export async function runGenerator(
  flow: 'instant' | 'computed',
  users: number,
  ratePerSecond?: number,
): Promise<z.output<typeof measured>> {
  const folder = await mkdtemp(join(tmpdir(), 'vana-load-bench-'))
  const program = join(folder, 'generator.mjs')
  try {
    // Plain JavaScript, since a TypeScript loader would take more memory than the measured code.
    await build({
      entryPoints: [source],
      outfile: program,
      bundle: true,
      platform: 'node',
      format: 'esm',
      plugins: [compiledProgram],
    })
    const rate = ratePerSecond === undefined ? [] : ['--rate', String(ratePerSecond)]
    const flags = ['--flow', flow, '--users', String(users), ...rate]
    const { stdout } = await promisify(execFile)(process.execPath, [program, ...flags])
    const result = measured.parse(JSON.parse(stdout))
    if (result.succeeded === users) return result
    throw new Error(`Only ${result.succeeded} of ${users} ${flow} flows succeeded.`)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
