import ts from 'typescript'
import type { SourceFile } from './source-files.ts'

/** A function, method, accessor or constructor, and its size. */
export type MeasuredFunction = {
  /** Such as `src/load/arrivals.ts:arrivals`. */
  place: string
  lines: number
  /** Parameters that a caller passes by position. */
  parameters: number
}

/** Measures every function of a file, including nested ones. A nested function counts towards the outer one. */
export function measureFunctions({ path, tree }: SourceFile): MeasuredFunction[] {
  const found: MeasuredFunction[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) && 'body' in node && node.body !== undefined) {
      found.push({
        place: `${path}:${nameOf(node)}`,
        lines: lineAt(tree, node.getEnd()) - lineAt(tree, node.getStart(tree)) + 1,
        parameters: node.parameters.length,
      })
    }
    ts.forEachChild(node, visit)
  }
  visit(tree)
  return found
}

const lineAt = (tree: ts.SourceFile, position: number): number =>
  tree.getLineAndCharacterOfPosition(position).line

function nameOf(node: ts.SignatureDeclaration): string {
  if (ts.isConstructorDeclaration(node)) return 'constructor'
  if (node.name !== undefined) return node.name.getText()
  const { parent } = node
  const isNamed = ts.isVariableDeclaration(parent) || ts.isPropertyAssignment(parent)
  return isNamed ? parent.name.getText() : '(anonymous)'
}
