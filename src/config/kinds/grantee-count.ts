import { wholeNumber } from './basic.ts'

/** The kind of a number of grantees. */
export const granteeCount = wholeNumber({ min: 1, max: 1000 })
