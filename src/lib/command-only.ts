import type { NamedParameter } from '../config/parameter-names.ts'

/**
 * Tells the parameters that the library does not take: secrets, which come from the environment, and what only means something on
 * the command line.
 */
export const isCommandOnly = ({ key, parameter }: Pick<NamedParameter, 'key' | 'parameter'>): boolean =>
  parameter.secret || (/^(output|capacity)\./.test(key) && key !== 'output.directory') || key === 'dryRun'
