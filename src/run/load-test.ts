import type { Environment } from '../config/environment-layer.ts'
import type { LoadTestConfig } from '../config/load-test-config.ts'
import type { Redactor } from '../redaction/redact.ts'
import type { Baseline } from '../results/baseline/baseline-schema.ts'
import type { RunFolder } from '../results/run-folder.ts'
import type { RunRecorder } from '../results/run-recorder.ts'
import type { RunSnapshot } from '../results/snapshot-schema.ts'
import type { Summary } from '../results/summary-schema.ts'
import type { Conductor } from './conductor.ts'
import type { RunObserver } from './run-observer.ts'

/** Shows people how a run goes. */
export type RunView = {
  /** Something that a reader should know as it happens: `starting the embedded stack`. */
  note(text: string): void
  /** Where the run stands, about once a second. `recorder` has more, for a view that shows it. */
  update(snapshot: RunSnapshot, recorder: Pick<RunRecorder, 'distributions'>): void
  /** A step of a flow has ended. @default steps are not shown */
  step?: ((text: string) => void) | undefined
}

/** What is asked for: one load test. */
export type LoadTest = {
  config: LoadTestConfig
  /** The content of `config.json`: the values with their sources, free of secrets. */
  document: unknown
  /** Takes secrets out of everything that is written, shown or given to observers. */
  redact: Redactor
  /** Environment variables, with those of an env file. */
  environment: Environment
  /** Version of this program. */
  version: string
  /** A target document, which is checked, in place of what `config.target` names. @default what it names */
  targetDocument?: object | undefined
  /** Absolute path of the folder under which the run gets its own. */
  resultsDirectory: string
  /**
   * Stops the run: no new users, flows in flight get `config.load.graceMs`, funds are returned and a summary is written.
   * @default the run goes to its end
   */
  interrupt?: AbortSignal | undefined
  /**
   * Ends the run at once: flows in flight are aborted and funds stay on their wallets. A summary is still written, and names
   * the command that returns the funds. @default no such end
   */
  forced?: AbortSignal | undefined
  view: RunView
  /** Observers of the caller; see {@link RunObserver}. One that throws is reported and does not harm the run. @default none */
  observers?: readonly RunObserver[] | undefined
  /** The runs that this one is compared with. @default none */
  baseline?: Baseline | undefined
  /** Another program that decides when users are due. @default the load profile does */
  conductor?: Conductor | undefined
}

/** A load test that has run, and its folder. */
export type CompletedRun = { summary: Summary; folder: RunFolder }
