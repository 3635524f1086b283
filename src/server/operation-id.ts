import { z } from 'zod'

/** What an id of an operation looks like, as a regular expression's source. */
export const operationIdPattern = '^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$'

/**
 * Schema of an operation's id, which becomes a part of a path at the personal server. Names that every JavaScript object
 * has, such as `constructor`, are no ids: a server in JavaScript may take them for what they are not.
 */
export const operationId = z
  .string()
  .regex(new RegExp(operationIdPattern), 'expected an operation id')
  .refine((id) => !(id in {}), 'expected an operation id')
