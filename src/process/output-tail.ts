/** The end of a process's output: whole lines, bounded in number and length. */
export type OutputTail = {
  /** Takes a piece of output; reports each line that it completes. */
  write(text: string): void
  /** The last lines, oldest first, an unfinished one included. */
  lines(): string[]
}

/**
 * Makes a buffer that remembers the last lines of a stream and reports every line as it is completed.
 *
 * @param keepLines how many lines to remember
 * @param onLine called with each whole line, without its end
 * @param maxLineLength characters of a line that are kept; the rest is dropped
 */
export function createOutputTail(
  keepLines: number,
  onLine: (line: string) => void,
  maxLineLength = 16_384,
): OutputTail {
  const kept: string[] = []
  let unfinished = ''
  return {
    write(text) {
      const pieces = text.split('\n')
      const last = pieces.pop() ?? ''
      for (const piece of pieces) {
        const line = (unfinished + piece).slice(0, maxLineLength).replace(/\r$/, '')
        unfinished = ''
        kept.push(line)
        if (kept.length > keepLines) kept.shift()
        onLine(line)
      }
      unfinished = (unfinished + last).slice(0, maxLineLength)
    },
    lines: () => (unfinished === '' ? [...kept] : [...kept, unfinished].slice(-keepLines)),
  }
}
