import childProcess from 'node:child_process'
import dgram from 'node:dgram'
import { syncBuiltinESMExports } from 'node:module'
import net from 'node:net'
import { afterEach } from 'vitest'

/** What the current test did that a unit test must not do. */
const forbidden: Error[] = []

/** Replaces a method with one that throws. The error is kept as well: code under test may swallow it. */
function refuse(owner: object, method: string, action: string): void {
  Object.defineProperty(owner, method, {
    configurable: true,
    writable: true,
    value: () => {
      const error = new Error(`A unit test ${action}. Name the file *.stack.test.ts: it runs on real parts.`)
      forbidden.push(error)
      throw error
    },
  })
}

refuse(net.Socket.prototype, 'connect', 'opened a connection')
refuse(net.Server.prototype, 'listen', 'listened on a socket')
refuse(dgram.Socket.prototype, 'bind', 'opened a datagram socket')
refuse(dgram.Socket.prototype, 'send', 'opened a datagram socket')
refuse(childProcess.ChildProcess.prototype, 'spawn', 'started a process')
for (const method of ['spawnSync', 'execSync', 'execFileSync'])
  refuse(childProcess, method, 'started a process')
syncBuiltinESMExports()

afterEach(() => {
  const [error] = forbidden.splice(0)
  if (error !== undefined) throw error
})
