/**
 * A JSON value with Python's distinctions: an `int` is a bigint, a `float` a number, a `dict` a Map. The original is
 * a Python server and lets these types show in what it accepts and in its messages.
 */
export type PythonValue = null | boolean | bigint | number | string | PythonValue[] | PythonDict

/** A Python `dict` with text keys, in insertion order. */
export type PythonDict = Map<string, PythonValue>

/**
 * Names a value's Python type, as `type(value).__name__` does.
 *
 * @example pythonTypeName(1n) // 'int'
 */
export function pythonTypeName(value: PythonValue): string {
  if (value === null) return 'NoneType'
  if (typeof value === 'boolean') return 'bool'
  if (typeof value === 'bigint') return 'int'
  if (typeof value === 'number') return 'float'
  if (typeof value === 'string') return 'str'
  return Array.isArray(value) ? 'list' : 'dict'
}

/** Tells whether Python's `if value:` would take the branch. */
export function isTruthy(value: PythonValue): boolean {
  if (Array.isArray(value)) return value.length > 0
  if (value instanceof Map) return value.size > 0
  // NaN is true in Python, unlike here.
  return typeof value === 'number' ? value !== 0 : Boolean(value)
}
