import type { FlowMetrics } from './metrics.ts'
import type { Form } from './script.ts'

/*
 * Messages between the processor inside Artillery and the agent, a separate process that runs the load.
 * The order goes to the agent's standard input as a line of JSON, and the input ends after the last user. The agent reports on
 * its standard output, as lines of JSON. Users are requested over HTTP on the loopback interface.
 */

/** What the agent should do. */
export type AgentOrder = {
  form: Form
  /** Settings, as in a config file. */
  settings: Record<string, unknown>
  /** Folder of the script, which files in its settings are relative to. */
  folder: string
}

/** What the agent reports about the whole run. */
export type AgentNews =
  /** Users may arrive: the unguessable URL to request them from. */
  | { ready: { url: string } }
  /** There was no run. */
  | { failed: { code: string; message: string; hint: string; exitCode: number } }
  /** The run has ended, its results are written. */
  | { ended: { exitCode: number; path: string } }

/** Outcome of a flow, for Artillery. */
export type FlowNews = FlowMetrics & { failure: { code: string; message: string } | null }

/** Progress of a part of a load, one line each: its flows, then its end. */
export type PartNews = FlowNews | Extract<AgentNews, { ended: unknown }>

/** Paths under the agent's URL, both for POST. */
export const agentPaths = {
  /** Starts the next user; responds with a `FlowNews` when its flow has ended. */
  flow: '/flow',
  /** Starts the load; responds with a stream of `PartNews`. */
  part: '/part',
} as const
