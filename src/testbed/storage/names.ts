import { invalid } from '../emulator/service-error.ts'

/** Refuses a bucket name that the service would refuse. Throws 400. */
export function checkBucketName(name: string): void {
  const hasValidLength = name.includes('.')
    ? name.length <= 222 && name.split('.').every((part) => part.length <= 63)
    : name.length <= 63
  if (!hasValidLength || !/^[a-z0-9][a-z0-9._-]+[a-z0-9]$/.test(name) || name.includes('..')) {
    throw invalid(`Invalid bucket name: '${name}'`, 'InvalidBucketName')
  }
}

/** Refuses an object name that the service would refuse: 1-1024 bytes of UTF-8, no line ends, not `.` or `..`. Throws 400. */
export function checkObjectName(name: string): void {
  if (name === '') throw invalid('Required', 'InvalidObjectName')
  const length = Buffer.byteLength(name)
  if (length > 1024) {
    const message = `The maximum object length is 1024 characters, but got a name with ${length} characters: `
    throw invalid(`${message}'${name.slice(0, 80)}...'`, 'KeyTooLong')
  }
  if (/[\r\n]/.test(name) || /\p{Surrogate}/u.test(name)) {
    throw invalid(`Disallowed unicode characters present in object name '${name}'`, 'InvalidObjectName')
  }
  if (name === '.' || name === '..') throw invalid(`Invalid object name: '${name}'`, 'InvalidObjectName')
}
