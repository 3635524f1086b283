/**
 * `vana-load`: load tests of Vana's data-portability workflow from a program of your own.
 *
 * @module
 */
export type { Target } from '../config/target.ts'
export { type ErrorCode, errorCatalog } from '../errors/catalog.ts'
export { LoadTestError, type LoadTestErrorOptions } from '../errors/load-test-error.ts'
export { DataPortabilityFlow, type FlowResult } from '../flow/data-portability-flow.ts'
export type { FlowRecord, Outcome } from '../flow/flow-record.ts'
export type { FlowOptions, FlowServices, FlowUser } from '../flow/flow-services.ts'
export type { StepObserver } from '../flow/step-runner.ts'
export type { StepName } from '../flow/steps.ts'
export { type Summary, summaryJsonSchema, summarySchema } from '../results/summary-schema.ts'
export type { ApiServerLimits, ApiServerOptions } from '../server/api-server-options.ts'
export { LoadTestApiServer } from '../server/load-test-api-server.ts'
export { generateMnemonic } from '../wallets/mnemonic.ts'
export type * from './load-test-parameters.ts'
export { type ResolveConfigOptions, resolveConfig } from './resolve-config.ts'
export { TestWalletManager, type TestWalletManagerOptions, type WalletRange } from './test-wallet-manager.ts'
export {
  type ClientOptions,
  type ClientParameters,
  type RunFlowOptions,
  VanaLoadTestClient,
} from './vana-load-test-client.ts'
