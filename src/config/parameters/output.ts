import { text, toggle } from '../kinds/basic.ts'
import { dashboardPort } from '../kinds/dashboard-port.ts'
import { parameter } from '../parameter.ts'

/** Output of a run. */
export const outputParameters = {
  /** The results folder: every run gets a folder of its own there. */
  directory: parameter(text('a folder'), {
    default: 'results',
    flag: '--out <folder>',
    summary: 'Results folder: every run gets a folder of its own there.',
  }),
  /** Print only a JSON document on standard output. */
  json: parameter(toggle, {
    default: false,
    flag: '--json',
    summary: 'Print only the result, as a JSON document, on standard output.',
  }),
  /** Port of the live page; 0 for a free port, `null` for no page. */
  dashboard: parameter(dashboardPort, {
    default: null,
    flag: '--dashboard [port]',
    summary:
      'Serve a live page of the run, and metrics for Prometheus, on 127.0.0.1; on a free port unless one is given.',
  }),
  /** Address of the live page. */
  dashboardHost: parameter(text('an address or a name of this machine'), {
    default: '127.0.0.1',
    flag: '--dashboard-host <address>',
    summary: 'Address of the live page. It asks for no password, so anyone who can reach it sees the run.',
  }),
  /** Print only errors and the verdict. */
  quiet: parameter(toggle, {
    default: false,
    flag: '--quiet',
    summary: 'Print only errors and the verdict.',
  }),
  /** Show every step of every flow. */
  verbose: parameter(toggle, {
    default: false,
    flag: '--verbose',
    summary: 'Show every step of every flow.',
  }),
}
