/** What users wait for between their due and their actual start, each measured on its own. */
export const waitKinds = ['place', 'gate', 'funding'] as const

/** What a user waited for. */
export type WaitKind = (typeof waitKinds)[number]
