import type { Summary } from '../results/summary-schema.ts'
import { dependencyName } from './dependency-name.ts'
import type { Pair, PairsNode } from './document/document.ts'
import { badge } from './document/inline.ts'

/** Which dependencies were real, and which embedded. */
export function dependencyPairs(dependencies: Summary['dependencies']): PairsNode {
  const pairs = Object.entries(dependencies).map(
    ([name, kind]): Pair => [dependencyName(name), badge(kind, kind === 'real' ? 'good' : 'plain')],
  )
  return { kind: 'pairs', title: 'Dependencies', pairs }
}
