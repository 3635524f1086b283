import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Target, targetSchema } from '../../src/config/target.ts'
import { type RunningProgram, startProgram } from './program.fixture.ts'

const accessKey = 'secretkey12345'
let folder: string
let testbed: RunningProgram
let target: Target
let provider: Server
let forkUrl: string

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'vana-load-test-'))
  // A fork reads the state of the block that it began with, and the embedded chain keeps the last few only.
  testbed = startProgram(['testbed', '--only', 'chain', '--block-time', '10m', '--json'], folder)
  const [line] = await testbed.says(/^\{.*\}$/m)
  const { chain } = targetSchema.pick({ chain: true }).loose().parse(JSON.parse(line))
  target = { chain } as Target
  // As providers have it: the access key stands in the path.
  provider = createServer(async (request, response) => {
    const body: Buffer[] = []
    for await (const chunk of request) body.push(chunk)
    if (request.url !== `/v2/${accessKey}`) return response.writeHead(401).end()
    const headers = { 'content-type': 'application/json' }
    const upstream = target.chain.rpcUrls[0] ?? ''
    const answer = await fetch(upstream, { method: 'POST', headers, body: Buffer.concat(body) })
    return response.writeHead(200, headers).end(await answer.text())
  })
  await new Promise<void>((resolve) => provider.listen(0, '127.0.0.1', resolve))
  forkUrl = `http://127.0.0.1:${(provider.address() as AddressInfo).port}/v2/${accessKey}`
}, 120_000)

afterAll(async () => {
  testbed.child.kill('SIGTERM')
  await testbed.ended
  provider.closeAllConnections()
  provider.close()
  rmSync(folder, { recursive: true, force: true })
})

/** What any user of the machine can read of the processes on it. */
function allArguments(): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        return [readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')]
      } catch {
        return []
      }
    })
}

describe('a run on a fork', () => {
  it.runIf(process.platform === 'linux')(
    'of a chain that knows the app already succeeds, and tells the access key to nobody',
    async () => {
      const run = startProgram(['run', '--preset', 'debug', '--users', '2', '--out', 'results'], folder, {
        VANA_LOAD_FORK: forkUrl,
      })
      await run.says(/funding the first users/)
      const running = allArguments()
      const { code, stdout, stderr } = await run.ended
      expect({ code, stderr }).toMatchObject({ code: 0 })
      expect(running.filter((line) => / testbed --json /.test(line)).length).toBeGreaterThan(0)
      expect(running.filter((line) => line.includes(accessKey))).toEqual([])

      const [id = ''] = readdirSync(join(folder, 'results'))
      const path = join(folder, 'results', id)
      const written = readdirSync(path).map((file) => readFileSync(join(path, file), 'utf8'))
      expect([stdout, stderr, ...written].filter((text) => text.includes(accessKey))).toEqual([])
      expect(JSON.parse(readFileSync(join(path, 'summary.json'), 'utf8')).users.succeeded).toBe(2)
    },
    120_000,
  )

  it('shows its plan without the access key', async () => {
    const plan = startProgram(['run', '--dry-run'], folder, { VANA_LOAD_FORK: forkUrl })
    const { code, stdout, stderr } = await plan.ended
    expect(code).toBe(0)
    expect(stdout).toMatch(/forkUrl .*:\d+\/\*\*\* {2}\(environment VANA_LOAD_FORK\)/)
    expect(stdout + stderr).not.toContain(accessKey)
  })
})
