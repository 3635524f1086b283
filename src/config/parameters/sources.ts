import { choice, text, toggle } from '../kinds/basic.ts'
import { optional, parameter } from '../parameter.ts'
import { presetNames } from '../presets.ts'

/** Where the settings of any command come from, and how it reports errors. */
export const sourceParameters = {
  /** A file with environment variables. The flag `--env-file` would be taken by Node itself. */
  envFile: optional(text('the path of a file'), {
    flag: '--env <file>',
    variable: false,
    summary: 'File with environment variables. (default: .env, if it exists)',
  }),
  /** The stack of an error. */
  debug: parameter(toggle, {
    default: false,
    flag: '--debug',
    variable: false,
    summary: 'Print the stack trace of an error.',
  }),
}

/** Where the settings of a load test come from. */
export const loadTestSourceParameters = {
  /** The settings to start from. */
  preset: optional(choice(presetNames), {
    flag: '--preset <name>',
    summary: `Settings to start from: ${presetNames.join(', ')}.`,
  }),
  /** A config file. */
  configFile: optional(text('the path of a file'), {
    flag: '--config <file>',
    variable: false,
    summary: 'Config file, YAML or JSON. The config.json of a past run works too.',
  }),
}
