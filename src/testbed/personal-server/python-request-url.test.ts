import { describe, expect, it } from 'vitest'
import { parseRequestUrl, refusalOfUrl } from './python-request-url.ts'

// As requests 2.34 answers; where urllib3 has changed its words since, in those of the version before.
describe('URLs that Python’s client would not try', () => {
  it.each([
    ['', "Invalid URL '': No scheme supplied. Perhaps you meant https://?"],
    ['hello', "Invalid URL 'hello': No scheme supplied. Perhaps you meant https://hello?"],
    ["it's", 'Invalid URL "it\'s": No scheme supplied. Perhaps you meant https://it\'s?'],
    ['ftp://x/y', "No connection adapters were found for 'ftp://x/y'"],
    ['  ftp://x/y', "No connection adapters were found for 'ftp://x/y'"],
    ['httpx://a/b', "No connection adapters were found for 'httpx://a/b'"],
    ['//127.0.0.1:1/x', "No connection adapters were found for '//127.0.0.1:1/x'"],
    ['localhost:80/x', "No connection adapters were found for 'localhost:80/x'"],
    ['data:,x', "No connection adapters were found for 'data:,x'"],
    ['http://', "Invalid URL 'http://': No host supplied"],
    ['http:///x', "Invalid URL 'http:///x': No host supplied"],
    ['http:/x', "Invalid URL 'http:/x': No host supplied"],
    ['http:x', "Invalid URL 'http:x': No host supplied"],
    ['http://*x/', 'URL has an invalid label.'],
    ['http://.x/', 'URL has an invalid label.'],
    ['http://127.0.0.1:99999/x', 'Failed to parse: http://127.0.0.1:99999/x'],
    ['http://127.0.0.1:abc/x', 'Failed to parse: http://127.0.0.1:abc/x'],
    ['http://[::1/x', 'Failed to parse: http://[::1/x'],
  ])('%j', (url, words) => {
    expect(refusalOfUrl(url)).toBe(words)
  })

  it.each(['http://h', 'HTTPS://h:1/x', '  http://h/', 'http://u:p@h:1/?a#b', 'http://[::1]:1/'])(
    'do not include %j',
    (url) => {
      expect(refusalOfUrl(url)).toBeUndefined()
    },
  )
})

describe('URLs as Python’s client sends and names them', () => {
  it.each([
    ['http://h', 'h', 80, '/', 'http://h/'],
    ['HTTPS://H', 'h', 443, '/', 'https://H/'],
    ['http://127.0.0.1:1?a=b c', '127.0.0.1', 1, '/?a=b%20c', 'http://127.0.0.1:1/?a=b%20c'],
    ['http://h:80/a b"<>|#f é', 'h', 80, '/a%20b%22%3C%3E%7C', 'http://h:80/a%20b%22%3C%3E%7C#f%20%C3%A9'],
    ['http://u:p@h:1/x', 'h', 1, '/x', 'http://u:p@h:1/x'],
    ['http://h/../a/./b', 'h', 80, '/a/b', 'http://h/a/b'],
    ['http://h/a/..', 'h', 80, '/', 'http://h/'],
    ['http://h/%zz%20', 'h', 80, '/%25zz%2520', 'http://h/%25zz%2520'],
    ['http://h/%41%20', 'h', 80, '/A%20', 'http://h/A%20'],
    ['http://h\\x', 'h', 80, '/%5Cx', 'http://h/%5Cx'],
    ['http://[::1]:1/x', '::1', 1, '/x', 'http://[::1]:1/x'],
    ['http://h:0/x', 'h', 80, '/x', 'http://h/x'],
    ['http://h/a//b/../c/.', 'h', 80, '/a//c/', 'http://h/a//c/'],
  ])('%j', (url, host, port, target, href) => {
    expect(parseRequestUrl(url)).toMatchObject({ host, port, target, href })
  })
})
