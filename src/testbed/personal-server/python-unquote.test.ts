import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { queryParameter, quoteUrl, unquote } from './python-unquote.ts'

// Expected values are those of CPython 3.11's urllib and of Starlette.
describe('unquote', () => {
  it.each([
    ['a%20b', 'a b'],
    ['%zz%ff%20', '%zz\ufffd '],
    ['%c3%a9', 'é'],
    ['%c3a%a9', '\ufffda\ufffd'],
    ['100%', '100%'],
    ['%2', '%2'],
    ['a+b', 'a+b'],
    ['%00', '\0'],
  ])('makes of %j the text %j', (text, expected) => {
    expect(unquote(text)).toBe(expected)
  })

  it('undoes encodeURIComponent', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(unquote(encodeURIComponent(text))).toBe(text)
      }),
    )
  })
})

describe('queryParameter', () => {
  it.each([
    ['', undefined],
    ['?a=1', undefined],
    ['A=1', undefined],
    ['a', ''],
    ['a=', ''],
    ['a=1&a=2', '2'],
    ['&&a=1&', '1'],
    ['a=1;b=2', '1;b=2'],
    ['a=b=c', 'b=c'],
    ['a=1+2%2B', '1 2+'],
    ['%61=1', '1'],
    ['a=%zz%ff', '%zz\ufffd'],
  ])('finds in %j the value %j', (query, expected) => {
    expect(queryParameter(query, 'a')).toBe(expected)
  })
})

describe('quoteUrl', () => {
  it.each([
    ['http://h/a|b^%7c/?a="<b', 'http://h/a%7Cb%5E%7c/?a=%22%3Cb'],
    ['http://h/é \n', 'http://h/%C3%A9%20%0A'],
    ["http://h:1/~_.-!$&'()*+,;=:@[]#?", "http://h:1/~_.-!$&'()*+,;=:@[]#?"],
  ])('makes of %j the URL %j', (url, expected) => {
    expect(quoteUrl(url)).toBe(expected)
  })
})
