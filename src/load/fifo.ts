/** A queue with constant cost at both ends. */
export type Fifo<T> = {
  readonly length: number
  push(item: T): void
  /** Returns the first item without removing it. */
  peek(): T | undefined
  /** Removes and returns the first item. */
  shift(): T | undefined
}

/** Makes a queue. Not an array, since `shift` moves every item once there are many. */
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
