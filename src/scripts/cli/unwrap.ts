/**
 * Joins the lines of each paragraph, so that commander can wrap them. An empty line separates paragraphs.
 *
 * @example unwrap('Makes wallets, and\nfunds them.') // 'Makes wallets, and funds them.'
 */
export function unwrap(text: string): string {
  return text.replace(/(?<!\n)\n(?!\n)/g, ' ')
}
