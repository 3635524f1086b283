// Reports which of its signals are aborted, until the second one; or fails where nobody catches it.
import { openProcessIo } from '../../src/scripts/cli/command-io.ts'

const { io, close } = openProcessIo()
const how = process.argv[2]
// A socket would keep a real command alive; here it is a timer.
const alive = setInterval(() => {}, 60_000)
io.signal.addEventListener('abort', () => {
  io.stdout.write('graceful\n')
  if (how === 'throwing' || how === 'rejecting') setTimeout(cleanUp, 50)
})
io.forced.addEventListener('abort', () => {
  io.stdout.write('forced\n')
  if (how === 'stubborn') return
  clearInterval(alive)
  void close()
})
io.stdout.write('ready\n')

const unforeseen = new Error('unforeseen')
if (how === 'rejecting') void Promise.reject(unforeseen)
if (how === 'throwing') {
  setImmediate(() => {
    throw unforeseen
  })
}

async function cleanUp(): Promise<void> {
  io.stdout.write('cleaned up\n')
  const error = await close()
  io.stdout.write(`reported: ${error instanceof Error ? error.message : String(error)}\n`)
  clearInterval(alive)
}
