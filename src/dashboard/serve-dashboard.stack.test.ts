import { request } from 'node:http'
import { Script } from 'node:vm'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { healthy, makeRun } from '../../test/report/realistic-run.ts'
import { createRedactor, type Redactor } from '../redaction/redact.ts'
import { createLiveRun, type LiveRun, resultOf } from './live-run.ts'
import type { LiveState } from './live-state.ts'
import { type DashboardServer, serveDashboard } from './serve-dashboard.ts'

const { snapshots, summary } = makeRun({ ...healthy, users: 40 })
let live: LiveRun
let redact: Redactor
let server: DashboardServer

beforeEach(async () => {
  live = createLiveRun({
    tool: { name: 'vana-load', version: '1.2.3' },
    asked: { preset: 'smoke', target: 'local', seed: '1', users: 40 },
    thresholds: healthy.thresholds,
    now: () => 0,
  })
  redact = createRedactor()
  server = await serveDashboard({ run: live, readDistributions: () => null, redact })
})
afterEach(() => server.close())

type Received = {
  event: string
  data: { state?: LiveState; timeline?: { stretches: unknown[] } } & Partial<LiveState>
}

/** Reads the stream as a browser does, one event after the other. */
async function listen(): Promise<{ next(): Promise<Received | null>; leave(): Promise<void> }> {
  const leaving = new AbortController()
  const response = await fetch(`${server.url}events`, { signal: leaving.signal })
  expect(response.headers.get('content-type')).toBe('text/event-stream')
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  return {
    async next() {
      for (;;) {
        const end = text.indexOf('\n\n')
        if (end >= 0) {
          const lines = text.slice(0, end)
          text = text.slice(end + 2)
          const [, event = '', data = ''] = /^event: (\w+)\ndata: (.*)$/.exec(lines) ?? []
          if (event !== '') return { event, data: JSON.parse(data) }
          continue
        }
        const chunk = await reader?.read()
        if (chunk?.value === undefined) return null
        text += chunk.value
      }
    },
    async leave() {
      leaving.abort()
      await reader?.cancel().catch(() => undefined)
    },
  }
}

/** A request with headers of one's own, `Host` included. */
function ask(path: string, headers: Record<string, string> = {}, method = 'GET') {
  return new Promise<{ status: number | undefined; headers: Record<string, unknown>; body: string }>(
    (resolve, reject) => {
      const asked = request(`${server.url}${path}`, { headers, method }, (response) => {
        let body = ''
        response.setEncoding('utf8').on('data', (text: string) => {
          body += text
        })
        response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, body }))
      })
      asked.on('error', reject).end()
    },
  )
}

/** Asks for the events over a connection of its own, which stays open until it is left. */
function openStream(): Promise<{ status: number | undefined; retryAfter: unknown; leave(): void }> {
  return new Promise((resolve, reject) => {
    const asked = request(`${server.url}events`, { agent: false }, (response) => {
      response.resume().on('error', () => undefined)
      const { statusCode: status, headers } = response
      resolve({ status, retryAfter: headers['retry-after'], leave: () => asked.destroy() })
    })
    asked.on('error', reject).end()
  })
}

describe('the events of a run', () => {
  it('begin with the complete state, then come once a second, and end with the verdict', async () => {
    const [first, second, third] = snapshots
    if (!first || !second || !third) throw new Error('expected three seconds')
    live.update(first)
    live.update(second)
    const page = await listen()
    const whole = await page.next()
    expect(whole?.event).toBe('whole')
    expect(whole?.data.timeline?.stretches).toHaveLength(2)
    live.update(third)
    expect(await page.next()).toMatchObject({
      event: 'state',
      data: { snapshot: { elapsedMs: third.elapsedMs } },
    })
    live.end(resultOf(summary, '/results/x/report.html', []))
    expect(await page.next()).toMatchObject({ event: 'state', data: { stage: 'ended' } })
    await server.close()
    expect(await page.next()).toMatchObject({
      event: 'end',
      data: { result: { reportPath: '/results/x/report.html', exitCode: summary.exitCode } },
    })
    expect(await page.next()).toBeNull()
  })

  it('are complete again for a page that reconnects, and for the next run of a search', async () => {
    for (const snapshot of snapshots.slice(0, 5)) live.update(snapshot)
    const before = await listen()
    await before.next()
    await before.leave()
    const page = await listen()
    expect((await page.next())?.data.timeline?.stretches).toHaveLength(5)
    const [first] = snapshots
    if (first) live.update({ ...first, run: { ...first.run, id: 'the next step' } })
    const whole = await page.next()
    expect(whole).toMatchObject({
      event: 'whole',
      data: { state: { snapshot: { run: { id: 'the next step' } } } },
    })
    expect(whole?.data.timeline?.stretches).toHaveLength(1)
    await page.leave()
  })

  it('contain no secret', async () => {
    redact.register('correct horse battery staple')
    live.note('the passphrase is correct horse battery staple')
    const page = await listen()
    expect(JSON.stringify(await page.next())).toContain('the passphrase is [redacted]')
    await page.leave()
    expect((await ask('state.json')).body).not.toContain('horse')
  })

  it('reach 100 of 200 pages at once, and do not block the other routes', async () => {
    const pages = await Promise.all(Array.from({ length: 200 }, () => openStream()))
    const refused = pages.filter(({ status }) => status === 503)
    expect(pages.filter(({ status }) => status === 200)).toHaveLength(100)
    expect(refused).toHaveLength(100)
    expect(refused.every(({ retryAfter }) => Number(retryAfter) > 0)).toBe(true)
    for (const path of ['', 'state.json', 'metrics']) expect((await ask(path)).status, path).toBe(200)
    for (const { leave } of pages) leave()
    await expect.poll(async () => (await openStream()).status).toBe(200)
  })
})

describe('the server of a live page', () => {
  it('has a page that loads nothing from elsewhere and runs only its own script', async () => {
    const { body, headers, status } = await ask('')
    expect(status).toBe(200)
    expect(headers['content-type']).toBe('text/html; charset=utf-8')
    expect(body).toContain('default-src &#39;none&#39;')
    const [script = '', source = ''] = /<script>([\s\S]*?)<\/script>/.exec(body) ?? []
    expect(script.length).toBeGreaterThan(20_000)
    // Compiled, not run: there is no document here.
    expect(() => new Script(source)).not.toThrow()
    expect(body.replace(script, '').match(/<script|https?:\/\/|src=|<link|@import|url\(/g)).toBeNull()
  })

  it('returns metrics in the requested format', async () => {
    const plain = await ask('metrics')
    expect(plain.headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8')
    const open = await ask('metrics', { accept: 'application/openmetrics-text; version=1.0.0' })
    expect(open.headers['content-type']).toMatch(/^application\/openmetrics-text; version=1\.0\.0/)
    expect(open.body.endsWith('# EOF\n')).toBe(true)
  })

  it('rejects foreign host names, and requests that would change something', async () => {
    const port = new URL(server.url).port
    for (const host of ['evil.test', `evil.test:${port}`, 'localhost.evil.test', '127.0.0.1.evil.test']) {
      expect((await ask('state.json', { host })).status, host).toBe(403)
    }
    for (const host of [`127.0.0.1:${port}`, 'localhost', '[::1]:80', 'run.localhost']) {
      expect((await ask('state.json', { host })).status, host).toBe(200)
    }
    expect((await ask('state.json', {}, 'POST')).status).toBe(405)
    expect((await ask('metrics', {}, 'DELETE')).status).toBe(405)
    expect((await ask('../package.json')).status).toBe(404)
    expect((await ask('constructor')).status).toBe(404)
  })

  it('reports a port in use, and an address of another machine', async () => {
    const port = Number(new URL(server.url).port)
    const options = { run: live, readDistributions: () => null, redact }
    await expect(serveDashboard({ ...options, port })).rejects.toMatchObject({ code: 'PORT_IN_USE' })
    await expect(serveDashboard({ ...options, host: '203.0.113.1' })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
    })
  })
})
