import type { Part } from '../../load/split.ts'
import { type Kind, kindOf } from './kind.ts'

/** The kind of a share of a split load, written `2/4` for the second of four and counted from 0. */
export const part: Kind<Part> = kindOf({
  read: (text) => {
    const match = /^([1-9]\d*)\/([1-9]\d*)$/.exec(text)
    const number = Number(match?.[1])
    const count = Number(match?.[2])
    return count <= 10_000 ? { index: number - 1, count } : undefined
  },
  allowed: 'a part such as 2/4: the second of four',
  show: ({ index, count }) => `${index + 1}/${count}`,
})
