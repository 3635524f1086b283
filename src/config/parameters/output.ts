import { text, toggle } from '../kinds/basic.ts'
import { dashboardPort } from '../kinds/dashboard-port.ts'
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
  /** Port of the live page; 0 for a free one, `null` for no page. */
  dashboard: parameter(dashboardPort, {
    default: null,
    flag: '--dashboard [port]',
    summary:
      'Show the run on a live web page, and metrics for Prometheus, at 127.0.0.1; a free port unless one is given.',
  }),
  /** Address that the live page is served at. */
  dashboardHost: parameter(text('an address or a name of this machine'), {
    default: '127.0.0.1',
    flag: '--dashboard-host <address>',
    summary:
      'Serve the live page at this address instead. There is no password: whoever reaches it sees the run.',
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
