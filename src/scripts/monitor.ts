import { main } from './main.ts'

// Started directly: `npx tsx src/scripts/monitor.ts` is `vana-load monitor`.
process.exitCode = await main(['monitor', ...process.argv.slice(2)])
