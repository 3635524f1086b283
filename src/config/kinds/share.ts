import { formatShare, parseShare } from '../share.ts'
import { type Kind, kindOf } from './kind.ts'

/** The kind of a share of things, such as `5%`. */
export const share: Kind<number> = kindOf({
  read: parseShare,
  allowed: 'a share such as 5% or 0.05',
  show: formatShare,
})
