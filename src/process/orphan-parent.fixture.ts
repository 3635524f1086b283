/** Starts a child that ignores SIGTERM, writes its process id and stays up until it is killed. */
import { ManagedProcess } from './managed-process.ts'

const child = new ManagedProcess({
  name: 'child',
  command: process.execPath,
  args: ['-e', `process.on('SIGTERM', () => {}); console.log('up'); setInterval(() => {}, 1000)`],
  ready: { line: (line) => line },
})
await child.start()
process.stdout.write(`${child.pid}\n`)
