import { port, text, toggle } from '../kinds/basic.ts'
import { parameter } from '../parameter.ts'

/** What only `testbed` has, besides the parameters of the embedded target. */
export const testbedCommandParameters = {
  /** Port of the chain; 0 for a free one. */
  chainPort: parameter(port, {
    default: 0,
    flag: '--chain-port <port>',
    summary: 'Port of the chain; 0 for a free one.',
  }),
  /** Port of the object storage; 0 for a free one. */
  storagePort: parameter(port, {
    default: 0,
    flag: '--storage-port <port>',
    summary: 'Port of the object storage; 0 for a free one.',
  }),
  /** Port of the personal server; 0 for a free one. */
  personalServerPort: parameter(port, {
    default: 0,
    flag: '--personal-server-port <port>',
    summary: 'Port of the personal server; 0 for a free one.',
  }),
  /** Port of the API server; 0 for a free one. */
  apiServerPort: parameter(port, {
    default: 0,
    flag: '--api-server-port <port>',
    summary: 'Port of the API server; 0 for a free one.',
  }),
  /** Print the target as one JSON document on standard output, and nothing else there. */
  json: parameter(toggle, {
    default: false,
    flag: '--json',
    summary: 'Print the target as one JSON document on standard output, and nothing else there.',
  }),
}

/** What only `serve` has. */
export const serveCommandParameters = {
  /** Port to listen on; 0 for a free one. */
  port: parameter(port, {
    default: 3001,
    flag: '--port <port>',
    summary: 'Port to listen on; 0 for a free one.',
  }),
  /** Address to listen on. */
  host: parameter(text('an address of this machine'), {
    default: '127.0.0.1',
    flag: '--host <address>',
    summary: 'Address to listen on; any but a loopback address wants VANA_LOAD_API_SERVER_TOKEN.',
  }),
  /** `moksha`, `env` or the path of a target document. */
  target: parameter(text('moksha, env, or the path of a target document'), {
    default: 'moksha',
    flag: '--target <name|file>',
    summary: 'What to relay to: moksha, env (all from the environment), or a target document.',
  }),
  /** Print the address as one JSON document on standard output. */
  json: parameter(toggle, {
    default: false,
    flag: '--json',
    summary: 'Print the address as one JSON document on standard output, and nothing else there.',
  }),
}
