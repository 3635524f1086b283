import { main } from './main.ts'

// Started directly: `npx tsx src/scripts/prepare-wallets.ts` is `vana-load prepare-wallets`.
process.exitCode = await main(['prepare-wallets', ...process.argv.slice(2)])
