import { invalid, invalidObjectName } from './service-error.ts'

/** Refuses a bucket name the service would refuse: 3-63 of `a-z 0-9 . _ -`, a letter or digit at both ends. */
export function checkBucketName(name: string): void {
  const dotted = name.includes('.')
  const valid = dotted
    ? name.length <= 222 && name.split('.').every((part) => part.length <= 63)
    : name.length <= 63
  if (!valid || !/^[a-z0-9][a-z0-9._-]+[a-z0-9]$/.test(name) || name.includes('..')) {
    throw invalid(`Invalid bucket name: '${name}'`, 'InvalidBucketName')
  }
}

/** Refuses an object name the service would refuse: 1-1024 bytes of UTF-8, no line ends, not `.` or `..`. */
export function checkObjectName(name: string): void {
  if (name === '') throw invalidObjectName('Required', 'InvalidObjectName')
  const length = Buffer.byteLength(name)
  if (length > 1024) {
    const message = `The maximum object length is 1024 characters, but got a name with ${length} characters: `
    throw invalidObjectName(`${message}'${name.slice(0, 80)}...'`, 'KeyTooLong')
  }
  if (/[\r\n]/.test(name) || /\p{Surrogate}/u.test(name)) {
    const message = `Disallowed unicode characters present in object name '${name}'`
    throw invalidObjectName(message, 'InvalidObjectName')
  }
  if (name === '.' || name === '..' || name.startsWith('.well-known/acme-challenge/')) {
    throw invalidObjectName(`Invalid object name: '${name}'`, 'InvalidObjectName')
  }
}

/**
 * Orders names by their UTF-8 bytes, as the service lists them.
 *
 * JavaScript compares UTF-16 units, which differs only where one side has a surrogate: those stand for the highest code
 * points, but sort below U+E000-U+FFFF.
 */
export function compareNames(a: string, b: string): number {
  const shorter = Math.min(a.length, b.length)
  for (let i = 0; i < shorter; i++) {
    const [unitA, unitB] = [a.charCodeAt(i), b.charCodeAt(i)]
    if (unitA !== unitB) return codePointRank(unitA) - codePointRank(unitB)
  }
  return a.length - b.length
}

function codePointRank(unit: number): number {
  if (unit < 0xd800) return unit
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800
}
