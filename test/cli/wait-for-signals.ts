// Says which of its signals are aborted, until the second one.
import { openProcessIo } from '../../src/scripts/command-io.ts'

const { io, close } = openProcessIo()
// A socket would keep a real command alive; here it is a timer.
const alive = setInterval(() => {}, 60_000)
io.signal.addEventListener('abort', () => io.stdout.write('graceful\n'))
io.forced.addEventListener('abort', () => {
  io.stdout.write('forced\n')
  if (process.argv[2] === 'stubborn') return
  clearInterval(alive)
  close()
})
io.stdout.write('ready\n')
