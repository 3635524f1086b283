import type { PartName, PartSettings } from './parts.ts'

/** Where the order stands; the environment, since it may hold keys and arguments can be read by others. */
export const orderVariable = 'VANA_LOAD_TESTBED_PART'

/** What to start. */
export type PartOrder = { [Name in PartName]: { name: Name; settings: PartSettings[Name] } }[PartName]

/** What the part's process says once. */
export type PartAnswer =
  | { up: { url: string; metricsUrl: string } }
  | { failed: { code: string; message: string } }
