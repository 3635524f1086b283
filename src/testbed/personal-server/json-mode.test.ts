import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { jsonInstruction, toJsonObject } from './json-mode.ts'

const failed = (message: string, raw: string): unknown => ({
  error: 'json_parse_failed',
  error_message: message,
  raw_response: raw,
})
const notObject = (type: string): string => `Response is valid JSON but not an object: ${type}`

describe('turning an answer into a JSON object', () => {
  it.each([
    ['"x"', notObject('str')],
    ['no json', notObject('str')],
    ['[1,2]', notObject('list')],
    ['{"a":1}{"b":2}', notObject('list')],
    ['{"a":1}\n{"b":2}', notObject('list')],
    ['First {"a":1}, then {"b":[2,],}', notObject('list')],
    ['[1] {"a":1}', notObject('list')],
    ['5', notObject('int')],
    ['1.5', notObject('float')],
    ['true', notObject('bool')],
    ['null', notObject('NoneType')],
    ['{}', 'JSON validation failed: empty object'],
    ['', 'Response is empty or not a string'],
  ])('reports %j as %s', (raw, message) => {
    expect(JSON.parse(toJsonObject(raw))).toEqual(failed(message, raw))
  })

  it('quotes the first 1000 code points of any other answer', () => {
    const raw = '😀'.repeat(1001)
    expect(JSON.parse(toJsonObject(raw))).toEqual(failed(notObject('str'), '😀'.repeat(1000)))
  })

  it.each([
    ['```json\n{"a": 1}\n```', '{"a": 1}'],
    ['```\n{"a": 1}\n```', '{"a": 1}'],
    ['Sure!\n```json\n{"a": 1}\n```\nAnything else?', '{"a": 1}'],
    ['Here: {"a": [1,2,],} ok', '{"a": [1, 2]}'],
    ['{"a": "brace } in text"} ok', '{"a": "brace } in text"}'],
    ['{"a": 1} }', '{"a": 1}'],
    ['{"a": "{\\"b\\": 1}"} and words', '{"a": "{\\"b\\": 1}"}'],
    ['text {"a": {"b": "c"', '{"a": {"b": "c"}}'],
    ["{'a': True, 'b': None}", '{"a": true, "b": null}'],
    ['// note\n{a: 1}', '{"a": 1}'],
  ])('repairs %j', (raw, result) => {
    expect(toJsonObject(raw)).toBe(result)
  })

  it('keeps floats and large integers, and escapes text beyond ASCII', () => {
    expect(toJsonObject('{"a":1.0,"b":123456789012345678901234567890,"c":"é"}')).toBe(
      '{"a": 1.0, "b": 123456789012345678901234567890, "c": "\\u00e9"}',
    )
  })

  it('keeps every valid object unchanged', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1 }), (object) => {
        const text = JSON.stringify(object)
        expect(JSON.parse(toJsonObject(text))).toEqual(JSON.parse(text))
      }),
    )
  })

  it('never throws', () => {
    const texts = fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom(...'{}[]",:\\1a\n `') }))
    fc.assert(
      fc.property(texts, (raw) => {
        expect(JSON.parse(toJsonObject(raw))).toBeInstanceOf(Object)
      }),
      { numRuns: 1000 },
    )
  })

  it('asks for JSON in as many characters as the original', () => {
    expect(jsonInstruction).toHaveLength(499)
    expect(jsonInstruction.trimEnd().length).toBeGreaterThan(450)
  })
})
