import { describe, expect, it } from 'vitest'
import { formatRate } from '../../load/rate.ts'
import { choice, decimalNumber, httpUrl, port, toggle, wholeNumber } from './basic.ts'
import { dashboardPort } from './dashboard-port.ts'
import type { Kind } from './kind.ts'
import { listOf } from './kind.ts'
import { modelBehaviour } from './model-behaviour.ts'
import { part } from './part.ts'
import { rate } from './rate.ts'
import { mnemonic, privateKey, serviceAccountJson } from './secret.ts'
import { serverRateLimits } from './server-rate-limits.ts'
import { testbedPartList } from './testbed-parts.ts'

const key = `0x${'ab'.repeat(32)}` as const

describe('a kind of value', () => {
  const cases: [string, Kind<unknown>, readonly [unknown, unknown][], readonly unknown[]][] = [
    [
      'port of the live page',
      dashboardPort,
      [
        [true, 0],
        ['on', 0],
        ['0', 0],
        [8080, 8080],
        ['off', null],
        [false, null],
      ],
      ['65536', '-1', '80a', '', 'here'],
    ],
    [
      'whole number',
      wholeNumber({ min: 1, max: 9 }),
      [
        ['1', 1],
        [9, 9],
        [' 3 ', 3],
      ],
      ['0', 10, 1.5, '1.0', '', 'one', '-1', '0x1', true, null, [1]],
    ],
    [
      'decimal number',
      decimalNumber({ min: 0, max: 1 }),
      [
        ['0.25', 0.25],
        ['.5', 0.5],
        [1, 1],
      ],
      ['1.1', '-0.1', 'NaN', '', '1e-1'],
    ],
    [
      'rate',
      rate,
      [
        ['3', 3],
        [0.5, 0.5],
        ['90/min', 1.5],
        ['3600 / h', 1],
        ['2/s', 2],
      ],
      ['-1', '3/day', '', '/s', 'Infinity', '1e9', 200_000],
    ],
    [
      'toggle',
      toggle,
      [
        [true, true],
        ['yes', true],
        ['OFF', false],
        ['0', false],
      ],
      ['maybe', '', 2],
    ],
    ['choice', choice(['direct', 'relayed']), [['Direct', 'direct']], ['both', '', 1]],
    [
      'URL',
      httpUrl,
      [['http://127.0.0.1:8545', 'http://127.0.0.1:8545']],
      ['127.0.0.1', 'ftp://x', 'http://'],
    ],
    ['port', port, [['0', 0]], ['65536', '-1']],
    [
      'part',
      part,
      [
        ['1/1', { index: 0, count: 1 }],
        ['2/4', { index: 1, count: 4 }],
        // Whether there is such a part the load profile says.
        ['5/4', { index: 4, count: 4 }],
      ],
      ['0/4', '2', '1/0', '1/10001', 'a/b'],
    ],
    [
      'list',
      listOf(httpUrl, 'URLs'),
      [
        ['http://a, http://b', ['http://a', 'http://b']],
        [['http://a'], ['http://a']],
      ],
      ['http://a, b', [1]],
    ],
    [
      'private key',
      privateKey,
      [
        [key, key],
        ['AB'.repeat(32), key],
      ],
      ['0x12', `0x${'00'.repeat(32)}`, 'zz'.repeat(32)],
    ],
    [
      'mnemonic',
      mnemonic,
      [[`  ${'Test '.repeat(11)}junk\n`, `${'test '.repeat(11)}junk`]],
      ['test junk', ''],
    ],
    [
      'rate limits',
      serverRateLimits,
      [
        [true, {}],
        ['on', {}],
        ['off', false],
        [
          'identity=3, operations=7,default=5',
          { identityPerMinute: 3, operationsPerHour: 7, defaultPerMinute: 5 },
        ],
        ['operations=7', { operationsPerHour: 7 }],
      ],
      ['', 'operations', 'operations=0', 'operations=x', 'cancel=1', 'operations=1,operations=2', '7'],
    ],
    [
      'behaviour of the model',
      modelBehaviour,
      [
        ['spread=1', { sigma: 1 }],
        ['min=200ms, max=30s', { minMs: 200, maxMs: 30_000 }],
        ['Failures=2%,spread=0', { failureRate: 0.02, sigma: 0 }],
        ['min=1m', { minMs: 60_000 }],
      ],
      [
        '',
        'spread',
        'spread=6',
        'min=2s,max=1s',
        'min=61s',
        'max=2h',
        'failures=101%',
        'median=1s',
        'min=1,min=2',
      ],
    ],
    [
      'parts of the testbed',
      testbedPartList,
      [
        ['storage,chain', ['chain', 'storage']],
        [
          ['api-server', 'personal-server,api-server'],
          ['personalServer', 'apiServer'],
        ],
      ],
      ['', 'model', 'chain,', ['chain', 'x'], 3],
    ],
    [
      'service-account key',
      serviceAccountJson,
      [['{"client_email":"a@b","private_key":"k"}', '{"client_email":"a@b","private_key":"k"}']],
      ['{}', 'null', 'key.json', ''],
    ],
  ]

  it.each(cases)('%s: reads what it allows and refuses the rest', (_name, kind, allowed, refused) => {
    for (const [given, expected] of allowed) expect(kind.read(given)).toEqual(expected)
    for (const given of refused) expect(kind.read(given), JSON.stringify(given)).toBeUndefined()
  })

  it.each(cases)('%s: reads back what it shows', (_name, kind, allowed) => {
    for (const [, expected] of allowed) expect(kind.read(kind.show(expected))).toEqual(expected)
  })

  it('shows a rate with no more digits than people need', () => {
    expect(formatRate(5 / 3)).toBe('1.667/s')
  })
})
