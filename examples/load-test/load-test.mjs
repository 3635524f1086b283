// @ts-check
import { runLoadTest } from 'vana-load'

const stop = new AbortController()
process.once('SIGINT', () => stop.abort())

const { summary, folder } = await runLoadTest(
  {
    users: 20,
    rate: '5/s',
    thresholds: ['success >= 99%', 'flow.p95 < 30s'],
    flow: { dataSize: 'small' },
  },
  { signal: stop.signal },
)

const { users, latencyMs, money } = summary
console.log(`${users.succeeded} of ${users.planned} users succeeded`)
console.log(`flow p95: ${latencyMs.flow.p95?.toFixed(0)} ms; spent ${money.spentWei} wei`)
for (const { expression, passed } of summary.thresholds)
  console.log(passed ? 'held:  ' : 'broken:', expression)
console.log(`report: ${folder}/report.html`)
process.exitCode = summary.exitCode
