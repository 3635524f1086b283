import type { FlowMetrics } from './metrics.ts'
import type { Form } from './script.ts'

/*
 * What the processor, inside of Artillery, and the agent, a process of its own that runs the load, send each other.
 * The order goes to the agent's standard input as a line of JSON; that input ends when nobody else comes. News of the run come on its
 * standard output, a line of JSON each. Users are asked for over HTTP on the loopback interface.
 */

/** What the agent is to do. */
export type AgentOrder = {
  form: Form
  /** What was asked for, as in a config file. */
  settings: Record<string, unknown>
  /** Folder of the script: files that its settings name are looked for there. */
  folder: string
}

/** What the agent says of the run as a whole. */
export type AgentNews =
  /** Users may come: where they are asked for, a URL that strangers can't guess. */
  | { ready: { url: string } }
  /** There was no run. */
  | { failed: { code: string; message: string; hint: string; exitCode: number } }
  /** The run has ended, its results are written. */
  | { ended: { exitCode: number; path: string } }

/** What became of a flow, for Artillery. */
export type FlowNews = FlowMetrics & { failure: { code: string; message: string } | null }

/** What becomes of a part of a load, a line each: its flows, then its end. */
export type PartNews = FlowNews | Extract<AgentNews, { ended: unknown }>

/** The paths under the agent's URL; both are asked with POST. */
export const agentPaths = {
  /** The next user comes; the answer is a `FlowNews`, when its flow has ended. */
  flow: '/flow',
  /** The load begins; the answer is `PartNews`, as they come. */
  part: '/part',
} as const
