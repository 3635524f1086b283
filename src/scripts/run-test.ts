import { main } from './main.ts'

// Started directly: `npx tsx src/scripts/run-test.ts` is `vana-load run`.
process.exitCode = await main(['run', ...process.argv.slice(2)])
