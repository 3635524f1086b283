import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { startFaultsMessage } from '../config/held-faults.ts'
import { LoadTestError } from '../errors/load-test-error.ts'
import { orderVariable, type PartAnswer, type PartOrder } from './part-order.ts'
import type { PartName, PartSettings } from './part-settings.ts'
import { partStarters } from './parts.ts'

/*
 * The program of a testbed part's process. It starts the part of its order, sends one answer over the IPC channel when the
 * part is up or has failed, and ends on SIGTERM or when the channel closes because the parent is gone.
 */

async function startPart<Name extends PartName>(name: Name, settings: PartSettings[Name]): Promise<void> {
  const part = await partStarters[name](settings)
  // On a separate port: the real services have no such page.
  const metrics = createServer((_request, response) => {
    const { user, system } = process.cpuUsage()
    const usage = { cpuMs: (user + system) / 1000, rssBytes: process.memoryUsage.rss() }
    response
      .writeHead(200, { 'content-type': 'application/json' })
      .end(JSON.stringify({ ...usage, ...Object(part.stats()) }))
  })
  await new Promise<void>((resolve) => metrics.listen(0, '127.0.0.1', resolve))
  const metricsUrl = `http://127.0.0.1:${(metrics.address() as AddressInfo).port}/`
  const stop = (): void => {
    metrics.close()
    void part.stop().finally(() => process.exit(0))
  }
  process.once('SIGTERM', stop)
  process.once('disconnect', stop)
  process.on('message', (message) => {
    if (message === startFaultsMessage) part.startFaults?.()
  })
  // The parent handles Ctrl-C and a closed terminal, and stops its parts when it no longer needs them.
  process.on('SIGINT', () => undefined)
  process.on('SIGHUP', () => undefined)
  answer({ up: { url: part.url, metricsUrl } })
}

function answer(message: PartAnswer): void {
  process.send?.(message)
}

const order = process.env[orderVariable]
if (order) {
  delete process.env[orderVariable]
  const { name, settings }: PartOrder = JSON.parse(order)
  startPart(name, settings).catch((error: unknown) => {
    const { code, message } =
      error instanceof LoadTestError ? error : { code: 'INTERNAL', message: String(error) }
    answer({ failed: { code, message } })
    process.exitCode = 1
    process.disconnect()
  })
}
