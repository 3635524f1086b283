import type { PartName, PartSettings } from './part-settings.ts'

/** Variable with the order. The order may hold keys, and other users of the machine can read arguments. */
export const orderVariable = 'VANA_LOAD_TESTBED_PART'

/** The part to start, with its settings. */
export type PartOrder = { [Name in PartName]: { name: Name; settings: PartSettings[Name] } }[PartName]

/** The one message of a part's process. */
export type PartAnswer =
  | { up: { url: string; metricsUrl: string } }
  | { failed: { code: string; message: string } }
