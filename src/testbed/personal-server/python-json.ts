const token = /"[^"\\]*(?:\\.[^"\\]*)*"|[:,]|\s+/g

/**
 * Rewrites JSON text the way Python's `json.dumps` prints it: `", "` and `": "` between values and everything outside
 * ASCII as `\uXXXX`. Numbers keep their digits.
 *
 * @param json valid JSON
 * @example toPythonJson('{"a":[1.0,"é"]}') // '{"a": [1.0, "\\u00e9"]}'
 */
export function toPythonJson(json: string): string {
  return json.replace(token, (text) => {
    if (text.startsWith('"')) return asciiText(text)
    return text === ':' || text === ',' ? `${text} ` : ''
  })
}

/** Python writes a surrogate pair as two escapes, so this replaces UTF-16 units, not characters. */
function asciiText(quoted: string): string {
  return JSON.stringify(JSON.parse(quoted)).replace(
    /[^ -~]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
