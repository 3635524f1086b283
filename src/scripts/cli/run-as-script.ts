import { realpathSync } from 'node:fs'
import { pathToFileURL } from 'node:url'

/**
 * Runs a command when its source file is what Node was started with: `npx tsx src/scripts/run-test.ts --users 5` is
 * `vana-load run --users 5`.
 *
 * @param moduleUrl `import.meta.url` of the command's file
 */
export async function runAsScript(moduleUrl: string, command: string): Promise<void> {
  const [, started] = process.argv
  if (started === undefined || !moduleUrl.endsWith('.ts')) return
  if (pathToFileURL(realpathSync(started)).href !== moduleUrl) return
  const { main } = await import('../main.ts')
  process.exitCode = await main([command, ...process.argv.slice(2)])
}
