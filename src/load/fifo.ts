/** A queue whose ends cost the same however long it is. */
export type Fifo<T> = {
  readonly length: number
  push(item: T): void
  /** The first, which stays. */
  peek(): T | undefined
  /** Takes the first. */
  shift(): T | undefined
}

/** Makes a queue; an array's own `shift` moves every item once there are many. */
export function createFifo<T>(): Fifo<T> {
  let items: T[] = []
  let head = 0
  return {
    get length() {
      return items.length - head
    },
    push(item) {
      items.push(item)
    },
    peek: () => items[head],
    shift() {
      const item = items[head]
      if (head < items.length) head++
      if (head > 1024 && head * 2 > items.length) {
        items = items.slice(head)
        head = 0
      }
      return item
    },
  }
}
