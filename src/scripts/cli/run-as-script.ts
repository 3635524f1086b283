import { existsSync, realpathSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/**
 * Runs a command when Node was started with its source file: `npx tsx src/scripts/run-test.ts --users 5` is
 * `vana-load run --users 5`. Links in either path do not matter.
 *
 * @param moduleUrl `import.meta.url` of the command's file
 */
export async function runAsScript(moduleUrl: string, command: string): Promise<void> {
  const [, started] = process.argv
  if (started === undefined || !moduleUrl.endsWith('.ts')) return
  // Loaders also accept a path without its extension.
  const file = [started, `${started}.ts`].find((path) => path.endsWith('.ts') && existsSync(path))
  if (file === undefined || realpathSync(file) !== realpathSync(fileURLToPath(moduleUrl))) return
  const { main } = await import('../main.ts')
  process.exitCode = await main([command, ...process.argv.slice(2)])
}
