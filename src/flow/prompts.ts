import { createHash } from 'node:crypto'

const personas = [
  'a cheerful travel agent',
  'a dry-humoured librarian',
  'a curious museum guide',
  'a sports commentator at the final whistle',
  'a patient gardener',
  'a retired detective',
  'a fortune teller who only trusts facts',
  'a ship captain writing the log',
]

const requests = [
  'describe this person in three sentences',
  'name the habit that stands out most, and why',
  'suggest one gift and explain the choice',
  'write a short radio greeting for this person',
  'guess what this person does on a free Sunday',
  'sum up the last purchases as a haiku',
]

/**
 * Writes the prompt of one user. The same wallet always gets the same prompt, and different wallets mostly different ones.
 *
 * @returns a template in which the personal server replaces `{{data}}` with the decrypted data
 */
export function promptFor(wallet: string): string {
  const digest = createHash('sha256').update(wallet.toLowerCase()).digest()
  const persona = personas[digest.readUInt32BE(0) % personas.length]
  const request = requests[digest.readUInt32BE(4) % requests.length]
  return [
    `You are ${persona}. From the data below, ${request}.`,
    `Address the owner of wallet ${wallet} and answer as a JSON object.`,
    '',
    'Data:',
    '{{data}}',
  ].join('\n')
}
