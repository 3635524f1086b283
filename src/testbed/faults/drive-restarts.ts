import type { Server } from 'node:http'
import type { Socket } from 'node:net'

/**
 * Has a server look as if it were started anew every so often: its connections are cut, and so is each new one until the
 * time is over. The port stays its own, or another process could take it meanwhile.
 *
 * @returns ends it
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
