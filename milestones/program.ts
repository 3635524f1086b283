import { existsSync } from 'node:fs'

const dist = new URL('../dist/', import.meta.url)

/**
 * Loads a module of the compiled program, typed as its source. A milestone thus measures the program as shipped: its
 * processes and threads need no TypeScript loader, which would take more memory than they do.
 */
async function compiled<Module>(path: string): Promise<Module> {
  const file = new URL(path, dist)
  if (!existsSync(file)) {
    console.error('The program is not compiled. Run `npm run build` first.')
    process.exit(2)
  }
  return (await import(file.href)) as Module
}

export const { runLoadTest } =
  await compiled<typeof import('../src/run/run-load-test.ts')>('run/run-load-test.js')
export const { runSingleFlow } =
  await compiled<typeof import('../src/run/run-single-flow.ts')>('run/run-single-flow.js')
export const { openConnection } =
  await compiled<typeof import('../src/run/connection.ts')>('run/connection.js')
export const { readEnvironment } = await compiled<typeof import('../src/config/read-environment.ts')>(
  'config/read-environment.js',
)
export const { resolveConfig } =
  await compiled<typeof import('../src/config/resolve-config.ts')>('config/resolve-config.js')
export const { describeConfig, secretValues } =
  await compiled<typeof import('../src/config/describe-config.ts')>('config/describe-config.js')
export const { checkThreshold } = await compiled<typeof import('../src/results/check-threshold.ts')>(
  'results/check-threshold.js',
)
export const { readRun } = await compiled<typeof import('../src/results/read-run.ts')>('results/read-run.js')
export const { writeReports } =
  await compiled<typeof import('../src/report/write-reports.ts')>('report/write-reports.js')
export const { describeError } = await compiled<typeof import('../src/scripts/cli/describe-error.ts')>(
  'scripts/cli/describe-error.js',
)
export const { exitCodeOfError } =
  await compiled<typeof import('../src/scripts/cli/exit-code.ts')>('scripts/cli/exit-code.js')
export const { openRunView } = await compiled<typeof import('../src/scripts/run/open-run-view.ts')>(
  'scripts/run/open-run-view.js',
)
export const { resultOf } =
  await compiled<typeof import('../src/dashboard/live-run.ts')>('dashboard/live-run.js')
