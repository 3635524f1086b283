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

/** Takes the program's modules as they are compiled in `dist/`. */
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
 * Carries users through the generator's engine without a target, in a process of its own.
 *
 * @param flow `instant` does nothing; `computed` encrypts, seals and signs for real and is answered at once
 * @param ratePerSecond without one, 200 users come whenever the 200 before them have ended
 * @throws Error when one of them does not succeed: then the figures mean nothing
 */
export async function runGenerator(
  flow: 'instant' | 'computed',
  users: number,
  ratePerSecond?: number,
): Promise<z.output<typeof measured>> {
  const folder = await mkdtemp(join(tmpdir(), 'vana-load-bench-'))
  const program = join(folder, 'generator.mjs')
  try {
    // As plain JavaScript: a loader for TypeScript would take more memory than what is measured.
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
