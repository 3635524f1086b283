/** The service's opaque entity tag of a bucket (one number) or an object (two): numbered varint fields in base64. */
export function opaqueTag(...numbers: readonly number[]): string {
  const bytes = numbers.flatMap((value, i) => [8 * (i + 1), ...varint(value)])
  return Buffer.from(bytes).toString('base64')
}

/** A number at seven bits a byte, the lowest first. */
function varint(value: number): number[] {
  const bytes: number[] = []
  let rest = value
  while (rest >= 128) {
    bytes.push((rest % 128) | 128)
    rest = Math.floor(rest / 128)
  }
  return [...bytes, rest]
}
