import { text, toggle } from '../kinds/basic.ts'
import { parameter } from '../parameter.ts'

/** What is written where. */
export const outputParameters = {
  /** Folder under which every run gets its own. */
  directory: parameter(text('a folder'), {
    default: 'results',
    flag: '--out <folder>',
    summary: 'Folder under which every run gets a folder of its own.',
  }),
  /** Print the result as one JSON document on standard output, and nothing else there. */
  json: parameter(toggle, {
    default: false,
    flag: '--json',
    summary: 'Print the result as one JSON document on standard output, and nothing else there.',
  }),
  /** Say nothing but errors and the verdict. */
  quiet: parameter(toggle, {
    default: false,
    flag: '--quiet',
    summary: 'Say nothing but errors and the verdict.',
  }),
  /** Show every step of every flow. */
  verbose: parameter(toggle, {
    default: false,
    flag: '--verbose',
    summary: 'Show every step of every flow.',
  }),
}
