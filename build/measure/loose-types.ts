import ts from 'typescript'
import type { SourceFile } from './source-files.ts'

/** Places where the compiler takes the author's word. */
export type LooseTypes = {
  any: number
  /** `value!` */
  nonNull: number
  /** `value as Type`, but not `as const`. */
  casts: number
}

/** Counts the loose types of a file. */
export function countLooseTypes({ tree }: SourceFile): LooseTypes {
  const counts = { any: 0, nonNull: 0, casts: 0 }
  const visit = (node: ts.Node): void => {
    if (node.kind === ts.SyntaxKind.AnyKeyword) counts.any += 1
    if (ts.isNonNullExpression(node)) counts.nonNull += 1
    if (
      (ts.isAsExpression(node) || ts.isTypeAssertionExpression(node)) &&
      !ts.isConstTypeReference(node.type)
    )
      counts.casts += 1
    ts.forEachChild(node, visit)
  }
  visit(tree)
  return counts
}
