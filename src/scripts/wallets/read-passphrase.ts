import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { LoadTestError } from '../../errors/load-test-error.ts'
import type { CommandIo } from '../command-io.ts'

/**
 * Gets the passphrase of a keystore: what the environment gave, or what somebody types, unseen. For a new keystore it
 * is typed twice.
 *
 * @throws LoadTestError KEYSTORE_LOCKED without either, or if the two differ; the signal's reason
 */
export async function readPassphrase(
  purpose: 'open' | 'create',
  path: string,
  given: string | undefined,
  io: Pick<CommandIo, 'stderr' | 'signal'>,
): Promise<string> {
  if (given !== undefined) return given
  if (!process.stdin.isTTY) {
    throw new LoadTestError(
      'KEYSTORE_LOCKED',
      `The keystore ${path} needs a passphrase, and there is none.`,
      {
        hint: 'Set VANA_LOAD_KEYSTORE_PASSPHRASE, or VANA_LOAD_KEYSTORE_PASSPHRASE_FILE to a file that holds it.',
      },
    )
  }
  const typed = await ask(
    `Passphrase ${purpose === 'create' ? 'for the new' : 'of the'} keystore ${path}: `,
    io,
  )
  if (purpose === 'create' && (await ask('Again: ', io)) !== typed) {
    throw new LoadTestError('KEYSTORE_LOCKED', 'The two passphrases differ.', { hint: 'Try again.' })
  }
  return typed
}

async function ask(
  question: string,
  { stderr, signal }: Pick<CommandIo, 'stderr' | 'signal'>,
): Promise<string> {
  stderr.write(question)
  // The terminal is in raw mode while readline has it, so nothing shows but what readline writes; that goes nowhere.
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({ input: process.stdin, output: nowhere, terminal: true })
  try {
    return await new Promise<string>((resolve, reject) => {
      lines.on('SIGINT', () => reject(new LoadTestError('ABORTED', 'No passphrase was given.')))
      lines.on('close', () => reject(new LoadTestError('ABORTED', 'No passphrase was given.')))
      lines.question('', { signal }, resolve)
      signal.addEventListener('abort', () => reject(signal.reason), { once: true })
    })
  } finally {
    lines.close()
    stderr.write('\n')
  }
}
