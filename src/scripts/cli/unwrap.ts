/**
 * Makes one line of each paragraph, for whoever breaks lines at the width of a terminal; an empty line parts paragraphs.
 *
 * @example unwrap('Makes wallets, and\nfunds them.') // 'Makes wallets, and funds them.'
 */
export function unwrap(text: string): string {
  return text.replace(/(?<!\n)\n(?!\n)/g, ' ')
}
