/** A JSON object. */
export type JsonObject = Record<string, unknown>

/** Tells whether a JSON value is an object, not a list or null. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Tells whether a JSON value is null, false, zero or empty: what the original, a Python server, treats as missing. */
export function isFalsy(value: unknown): boolean {
  if (typeof value === 'object' && value !== null) return Object.keys(value).length === 0
  return !value
}

/**
 * Names the Python type of a JSON value, which the original shows in its error messages.
 *
 * @example pythonTypeName('x') // 'str'
 */
export function pythonTypeName(value: unknown): string {
  if (value === null) return 'NoneType'
  if (typeof value === 'boolean') return 'bool'
  if (typeof value === 'string') return 'str'
  if (typeof value === 'number') return Number.isInteger(value) ? 'int' : 'float'
  return Array.isArray(value) ? 'list' : 'dict'
}
