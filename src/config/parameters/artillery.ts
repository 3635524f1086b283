import { choice, text, wholeNumber } from '../kinds/basic.ts'
import { optional, parameter } from '../parameter.ts'

/** What both `artillery` commands have. */
const formParameters = {
  /** The source of arrivals: Artillery (`users`), or the load profile (`part`). */
  form: parameter(choice(['users', 'part']), {
    default: 'users',
    flag: '--form <form>',
    variable: false,
    summary:
      'What one virtual user of Artillery is: users (one user each), or part (a whole part of the load, scheduled by vana-load).',
  }),
}

/** What only `artillery write` has. */
export const artilleryWriteParameters = {
  ...formParameters,
  /** The folder that is written. */
  outputFolder: parameter(text('a folder'), {
    default: 'artillery',
    flag: '--output <folder>',
    oldFlags: [{ flag: '--out <folder>' }],
    variable: false,
    summary: 'Folder to write the bundle to.',
  }),
  parts: optional(wholeNumber({ min: 1, max: 10_000 }), {
    flag: '--parts <count>',
    variable: false,
    summary:
      'Split the load into this many parts, with a script for each; together they are exactly the whole load.',
  }),
}

/** What only `artillery run` has. */
export const artilleryRunParameters = {
  ...formParameters,
  /** The Artillery to use. */
  artilleryFolder: optional(text('a folder'), {
    flag: '--artillery <folder>',
    variable: false,
    summary: 'Folder in which Artillery is installed. (default: the installed one)',
  }),
}
