/**
 * `vana-load`: load tests of Vana's data-portability workflow from a program of your own.
 *
 * @module
 */

export type { LoadTestConfig } from '../config/load-test-config.ts'
export type { PresetName } from '../config/presets.ts'
export type { Target } from '../config/target.ts'
export { type ErrorCode, errorCatalog } from '../errors/catalog.ts'
export { LoadTestError, type LoadTestErrorOptions } from '../errors/load-test-error.ts'
export { DataPortabilityFlow, type FlowResult } from '../flow/data-portability-flow.ts'
export type {
  FlowError,
  FlowRecord,
  FlowTransaction,
  FlowWaits,
  Outcome,
  TransactionTimes,
} from '../flow/flow-record.ts'
export type {
  FlowOptions,
  FlowReceipt,
  FlowServices,
  FlowUser,
  Grantee,
  OperationState,
  ServerIdentity,
  Submission,
} from '../flow/flow-services.ts'
export type { FlowStart } from '../flow/flow-start.ts'
export type { StepObserver } from '../flow/step-runner.ts'
export type { StepName } from '../flow/steps.ts'
export type { Arrival } from '../load/arrivals.ts'
export type { LoadIndex, PartIndex } from '../load/split.ts'
export type { RunSnapshot } from '../results/snapshot-schema.ts'
export { type Summary, summaryJsonSchema, summarySchema } from '../results/summary-schema.ts'
export type { TimelineLine } from '../results/timeline-line.ts'
export type { RunObserver, RunPhase, RunTick } from '../run/run-observer.ts'
export type { ApiServerLimits, ApiServerOptions } from '../server/api-server-options.ts'
export { LoadTestApiServer } from '../server/load-test-api-server.ts'
export type { RateLimit } from '../server/rate-limiter.ts'
export type { ServerStats } from '../server/server-stats.ts'
export type { FundingResult } from '../wallets/fund-wallets.ts'
export type { WalletBalance } from '../wallets/funding-batch.ts'
export type { HdWallet } from '../wallets/hd-wallets.ts'
export type { IndexRange } from '../wallets/index-range.ts'
export { generateMnemonic } from '../wallets/mnemonic.ts'
export type { SweepFailure, SweepResult } from '../wallets/sweep-wallets.ts'
export type { WalletsStatus } from '../wallets/test-wallet-manager.ts'
export type * from './load-test-parameters.ts'
export { type ResolveConfigOptions, resolveConfig, type Variables } from './resolve-config.ts'
export { type LoadTestResult, type RunLoadTestOptions, runLoadTest } from './run-load-test.ts'
export { TestWalletManager, type TestWalletManagerOptions, type WalletRange } from './test-wallet-manager.ts'
export {
  type ClientOptions,
  type ClientParameters,
  type RunFlowOptions,
  VanaLoadTestClient,
} from './vana-load-test-client.ts'
