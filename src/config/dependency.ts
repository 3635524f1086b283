/** The parts of a target, each real or embedded. */
export const dependencyNames = ['chain', 'storage', 'personalServer', 'apiServer', 'model'] as const

/** A part of a target. */
export type DependencyName = (typeof dependencyNames)[number]
