/** What users wait for between their due and their actual start, each measured separately. */
export const waitKinds = ['place', 'gate', 'funding'] as const

/** A kind of wait. */
export type WaitKind = (typeof waitKinds)[number]
