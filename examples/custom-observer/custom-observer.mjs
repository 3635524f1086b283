// @ts-check
import { runLoadTest } from 'vana-load'
import { startTestbed } from 'vana-load/testbed'

/** @type {import('vana-load').RunObserver} */
const printFlows = {
  ended({ index, outcome, endedMs, steps, error }) {
    const slowest = Object.entries(steps).sort(([, a], [, b]) => b - a)[0]
    console.log(
      `${(endedMs / 1000).toFixed(1)} s  user ${index}  ${outcome}`,
      error ? error.code : `slowest step: ${slowest?.[0]}, ${slowest?.[1].toFixed(0)} ms`,
    )
  },
  tick({ snapshot }) {
    console.log(`${snapshot.users.started} started, ${snapshot.users.succeeded} succeeded`)
  },
}

const testbed = await startTestbed({ inferenceMedianMs: 200 })
try {
  for (const submission of /** @type {const} */ (['direct', 'relayed'])) {
    console.log(`-- ${submission}`)
    const { summary } = await runLoadTest(
      {
        target: testbed.target,
        seed: submission,
        users: 10,
        rate: '5/s',
        flow: { submission, dataSize: 'small' },
      },
      { observers: [printFlows] },
    )
    if (summary.exitCode !== 0) process.exitCode = summary.exitCode
  }
} finally {
  await testbed.stop()
}
