import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { LoadTestError } from '../../errors/load-test-error.ts'
import { processRedactor } from '../../redaction/process-redactor.ts'
import type { CommandIo } from '../cli/command-io.ts'

/**
 * Asks for the passphrase of a keystore at the terminal, without showing it; twice for a new keystore.
 *
 * @throws LoadTestError KEYSTORE_LOCKED without a terminal, or if the two differ; the signal's reason
 */
export async function readPassphrase(
  purpose: 'open' | 'create',
  path: string,
  io: Pick<CommandIo, 'stderr' | 'signal'>,
): Promise<string> {
  if (!process.stdin.isTTY) {
    throw new LoadTestError('KEYSTORE_LOCKED', `The keystore ${path} requires a passphrase.`, {
      hint: 'Set VANA_LOAD_KEYSTORE_PASSPHRASE, or VANA_LOAD_KEYSTORE_PASSPHRASE_FILE to a file with the key.',
    })
  }
  const isNew = purpose === 'create'
  const first = `Passphrase ${isNew ? 'for the new' : 'of the'} keystore ${path}: `
  const [typed = '', again] = await ask(isNew ? [first, 'Again: '] : [first], io)
  if (isNew && again !== typed) {
    throw new LoadTestError('KEYSTORE_LOCKED', 'The two passphrases differ.', { hint: 'Try again.' })
  }
  return typed
}

/** The answers to some questions, typed unseen: also what is typed ahead of a question. */
async function ask(
  questions: readonly string[],
  { stderr, signal }: Pick<CommandIo, 'stderr' | 'signal'>,
): Promise<string[]> {
  // The terminal is in raw mode while readline has it, so nothing shows but what readline writes; that goes nowhere.
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({ input: process.stdin, output: nowhere, terminal: true, signal })
  lines.on('SIGINT', () => lines.close())
  try {
    const typed = lines[Symbol.asyncIterator]()
    const answers: string[] = []
    for (const question of questions) {
      stderr.write(question)
      const answer = await typed.next()
      stderr.write('\n')
      signal.throwIfAborted()
      if (answer.done) throw new LoadTestError('ABORTED', 'No passphrase was entered.')
      processRedactor.register(answer.value)
      answers.push(answer.value)
    }
    return answers
  } finally {
    lines.close()
  }
}
