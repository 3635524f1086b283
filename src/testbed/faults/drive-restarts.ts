import type { Server } from 'node:http'
import type { Socket } from 'node:net'

/**
 * Makes a server look restarted at a fixed interval: it cuts its connections, and every new one until `downMs` is over. It
 * keeps its port, which another process could take otherwise.
 *
 * @returns a function that stops it
 */
export function driveRestarts(
  server: Server,
  { downMs, everyMs }: { downMs: number; everyMs: number },
  hit: (kind: string) => void,
): () => void {
  let isDown = false
  let backUp: NodeJS.Timeout | undefined
  const cutOff = (socket: Socket): void => {
    if (isDown) socket.resetAndDestroy()
  }
  const restart = (): void => {
    hit('restart')
    isDown = true
    server.closeAllConnections()
    backUp = setTimeout(() => {
      isDown = false
    }, downMs)
  }
  server.on('connection', cutOff)
  const timer = setInterval(restart, everyMs)
  return () => {
    clearInterval(timer)
    clearTimeout(backUp)
    server.off('connection', cutOff)
  }
}
