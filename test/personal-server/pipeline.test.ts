import { gzipSync } from 'node:zlib'
import { privateKeyToAccount } from 'viem/accounts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Fault, ReadName } from './chain.fixture.ts'
import {
  app,
  applicationError,
  createWorld,
  fileIdOf,
  grantOf,
  stranger,
  user,
  type World,
} from './world.fixture.ts'

let world: World

beforeAll(async () => {
  world = await createWorld()
})
afterAll(() => world.stop())

/** The status and body of a refusal. */
const seen = async (answer: ReturnType<World['post']>) => {
  const { status, json } = await answer
  return { status, json }
}
const refusal = (status: number, ...error: Parameters<typeof applicationError>) => ({
  status,
  json: applicationError(...error),
})

describe('2. POST /operations pipeline, step 2: operation_request_json', () => {
  it.each([
    '',
    'hello',
    '{}',
    'null',
    '5',
    '"x"',
    '[]',
    '[{"permission_id":1}]',
    '{"permission_id":1,"operation":"llm_inference"}',
    '{"permissionId":1}',
    '{"permission_id":01}',
    '\ufeff{"permission_id":1}',
    '['.repeat(5000),
  ])('refuses %.60j', async (text) => {
    expect(await seen(world.post(text))).toEqual(
      refusal(
        400,
        'Invalid JSON format in operation request',
        'VALIDATION_ERROR_OPERATION_REQUEST_JSON',
        'operation_request_json',
      ),
    )
  })

  it('is checked before the signature', async () => {
    const nobody = { signMessage: async () => 'no signature' }
    expect(await seen(world.post('{}', nobody))).toMatchObject({ status: 400 })
    expect(await seen(world.post('{"permission_id":0}', nobody))).toMatchObject({ status: 400 })
  })
})

describe('2. POST /operations pipeline, step 3: permission_id', () => {
  it.each(['0', '-1', '0.0', '-0.5', 'false', '-1e999'])('refuses %s', async (id) => {
    expect(await seen(world.post(`{"permission_id":${id}}`))).toEqual(
      refusal(400, 'Valid permission ID is required', 'VALIDATION_ERROR_PERMISSION_ID', 'permission_id'),
    )
  })

  it.each(['"1"', 'null', '[1]', '{}'])('fails on %s', async (id) => {
    expect(await seen(world.post(`{"permission_id":${id}}`))).toMatchObject({
      status: 500,
      json: { detail: { error_code: 'INTERNAL_SERVER_ERROR' } },
    })
  })

  it.each(['1.0', '0.5', 'true', '1e999', '1e16', `${2n ** 256n}`, '9'.repeat(5000)])(
    'does not find %.40s, after a valid signature, without a chain read',
    async (id) => {
      const asked = world.chain.reads.length
      const text = `{"permission_id":${id}}`
      expect(await seen(world.post(text))).toEqual(
        refusal(404, `Permission '${id}' not found`, 'NOT_FOUND_ERROR'),
      )
      expect(await seen(world.post(text, { signMessage: async () => '0x' }))).toMatchObject({ status: 401 })
      expect(world.chain.reads).toHaveLength(asked)
    },
  )

  it('may stand in any white space, since the exact text is signed', async () => {
    const id = await world.permit()
    expect((await world.post(`\n{ "permission_id" :\t${id} }`)).status).toBe(202)
  })

  it('may be repeated or have an escaped name: the last one counts', async () => {
    const id = await world.permit()
    expect((await world.post(`{"permission_id":0,"permission\\u005fid":${id}}`)).status).toBe(202)
  })
})

describe('2. POST /operations pipeline, step 4: the signature', () => {
  const key = privateKeyToAccount(`0x${'11'.repeat(32)}`)
  const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n
  type Parts = { rs: string; s: string; v: number }
  const spelled = async (spell: (parts: Parts) => string) => ({
    signMessage: async ({ message }: { message: string }) => {
      const signature = await app.signMessage({ message })
      return spell({
        rs: signature.slice(2, 130),
        s: signature.slice(66, 130),
        v: Number.parseInt(signature.slice(130), 16),
      })
    },
  })
  const hex = (v: number): string => v.toString(16).padStart(2, '0')
  const flippedS = (s: string): string => (order - BigInt(`0x${s}`)).toString(16).padStart(64, '0')

  it.each<[string, (parts: Parts) => string]>([
    ['without 0x', ({ rs, v }) => rs + hex(v)],
    ['with 0X and upper case', ({ rs, v }) => `0X${(rs + hex(v)).toUpperCase()}`],
    ['with v 0 or 1', ({ rs, v }) => `0x${rs}${hex(v - 27)}`],
    ['with the v of EIP-155, chain 1', ({ rs, v }) => `0x${rs}${hex(v - 27 + 37)}`],
    ['with v 99 or 100', ({ rs, v }) => `0x${rs}${hex(v - 27 + 99)}`],
    [
      'with s in the upper half',
      ({ rs, s, v }) => `0x${rs.slice(0, 64)}${flippedS(s)}${hex(v === 27 ? 28 : 27)}`,
    ],
  ])('is accepted %s', async (_name, spell) => {
    expect((await world.post(await world.permit(), await spelled(spell))).status).toBe(202)
  })

  it.each<[string, (parts: Parts) => string]>([
    ['nothing', () => ''],
    ['0x alone', () => '0x'],
    ['no hex', () => 'zz'.repeat(65)],
    ['64 bytes', ({ rs }) => `0x${rs}`],
    ['66 bytes', ({ rs, v }) => `0x${rs}${hex(v)}00`],
    ['a blank in it', ({ rs, v }) => `0x${rs} ${hex(v)}`],
    ['a v between', ({ rs }) => `0x${rs}1d`],
    ['a v of 2', ({ rs }) => `0x${rs}02`],
    ['a v of 34', ({ rs }) => `0x${rs}22`],
    ['r of zero', ({ s, v }) => `0x${'00'.repeat(32)}${s}${hex(v)}`],
    ['s of zero', ({ rs, v }) => `0x${rs.slice(0, 64)}${'00'.repeat(32)}${hex(v)}`],
    ['r past the order', ({ s, v }) => `0x${'ff'.repeat(32)}${s}${hex(v)}`],
  ])('is refused for %s', async (_name, spell) => {
    expect(await seen(world.post(1n, await spelled(spell)))).toEqual(
      refusal(401, 'Invalid signature or unable to recover app address', 'AUTHENTICATION_ERROR'),
    )
  })

  it('over another text recovers another address: refused after two reads', async () => {
    const id = await world.permit()
    const asked = world.chain.reads.length
    const other = { signMessage: () => key.signMessage({ message: '{"permission_id":999}' }) }
    const { status, json } = await world.post(id, other)
    expect(status).toBe(401)
    expect((json as { detail: { detail: string } }).detail.detail).toMatch(
      new RegExp(
        `^Signature recovered address 0x[0-9a-fA-F]{40} does not match on-chain grantee address ${app.address}$`,
      ),
    )
    expect(world.chain.reads.slice(asked).map((read) => read.name)).toEqual(['permissions', 'grantees'])
  })
})

describe('2. POST /operations pipeline, steps 5 to 8: the chain', () => {
  const withFault = async (name: ReadName, fault: Fault, id: bigint) => {
    world.chain.faults.set(name, fault)
    try {
      return await seen(world.post(id))
    } finally {
      world.chain.faults.clear()
    }
  }
  const faults: Fault[] = ['revert', 'empty', 'short', 'bad-utf8', 'http-500', 'not-json']

  it.each(faults)('treats a permission as absent on %s', async (fault) => {
    const id = await world.permit()
    expect(await withFault('permissions', fault, id)).toEqual(
      refusal(404, `Permission '${id}' not found`, 'NOT_FOUND_ERROR'),
    )
  })

  it('finds no files in an absent permission: the contract returns zeros', async () => {
    expect(await seen(world.post(999_999n))).toEqual(
      refusal(400, 'No file IDs found in permission', 'VALIDATION_ERROR'),
    )
  })

  it('finds no files in a permission without files', async () => {
    const id = await world.permit({ files: [] })
    expect(await seen(world.post(id))).toEqual(
      refusal(400, 'No file IDs found in permission', 'VALIDATION_ERROR'),
    )
  })

  // A grantee's texts are not read, so bad UTF-8 in them does not matter.
  it.each(faults.filter((fault) => fault !== 'bad-utf8'))(
    'treats a grantee as absent on %s',
    async (fault) => {
      const id = await world.permit()
      expect(await withFault('grantees', fault, id)).toEqual(
        refusal(404, "Grantee '5' not found", 'NOT_FOUND_ERROR'),
      )
    },
  )

  it('compares the signer with the zero address of an absent grantee', async () => {
    const id = await world.permit({ granteeId: 77n })
    expect(await seen(world.post(id))).toEqual(
      refusal(
        401,
        `Signature recovered address ${app.address} does not match on-chain grantee address 0x0000000000000000000000000000000000000000`,
        'AUTHENTICATION_ERROR',
      ),
    )
  })

  it('refuses a signer who is not the grantee', async () => {
    const id = await world.permit()
    expect(await seen(world.post(id, stranger))).toEqual(
      refusal(
        401,
        `Signature recovered address ${stranger.address} does not match on-chain grantee address ${app.address}`,
        'AUTHENTICATION_ERROR',
      ),
    )
    expect(await seen(world.post(id, user))).toMatchObject({ status: 401 })
  })

  it('reads everything at the latest block: 2 reads, and 2 for each file', async () => {
    const id = await world.permit({ files: ['a', 'b'] })
    const asked = world.chain.reads.length
    expect((await world.post(id)).status).toBe(202)
    const reads = world.chain.reads.slice(asked)
    expect(reads.map(({ name, args }) => [name, args[0]])).toEqual([
      ['permissions', id],
      ['grantees', 5n],
      ['files', fileIdOf(id, 0)],
      ['filePermissions', fileIdOf(id, 0)],
      ['files', fileIdOf(id, 1)],
      ['filePermissions', fileIdOf(id, 1)],
    ])
    expect(new Set(reads.map(({ block }) => block))).toEqual(new Set(['latest']))
    const [permissions, grantees, registry] = reads.map(({ to }) => to.toLowerCase())
    expect(permissions).toBe('0xd54523048add05b4d734afae7c68324ebb7373ef')
    expect(grantees).toBe('0x8325c0a0948483eda023a1a2fd895e62c5131234')
    expect(registry).toBe('0x8c8788f98385f6ba1add4234e551abba0f82cb7c')
  })

  it('retries for 1.9 s while the node is unreachable, then treats the permission as absent', async () => {
    const waits: number[] = []
    const lonely = await createWorld({
      rpcUrl: 'http://127.0.0.1:1',
      sleep: async (delayMs) => {
        waits.push(delayMs)
      },
    })
    try {
      expect(await seen(lonely.post(1n))).toEqual(refusal(404, "Permission '1' not found", 'NOT_FOUND_ERROR'))
      expect(waits).toEqual([125, 250, 500, 1000])
    } finally {
      await lonely.stop()
    }
  })

  it('ignores blocks: revoked and future permissions work', async () => {
    const id = await world.permit()
    const row = world.chain.permissions.get(id)
    if (row === undefined) throw new Error('no row')
    world.chain.permissions.set(id, { ...row, startBlock: 2n ** 200n, endBlock: 1n })
    expect((await world.post(id)).status).toBe(202)
  })

  it('creates another operation for a repeated body', async () => {
    const id = await world.permit()
    const first = (await world.post(id)).json as { id: string }
    const second = (await world.post(id)).json as { id: string }
    expect(second.id).not.toBe(first.id)
  })
})

describe('2. POST /operations pipeline, step 13: file records', () => {
  it.each<[ReadName, Fault]>([
    ['files', 'revert'],
    ['files', 'empty'],
    ['files', 'bad-utf8'],
    ['filePermissions', 'revert'],
    ['filePermissions', 'empty'],
  ])('treats a file as absent when %s fails with %s', async (name, fault) => {
    const id = await world.permit()
    world.chain.faults.set(name, fault)
    try {
      expect(await seen(world.post(id))).toEqual(
        refusal(404, `File '${fileIdOf(id)}' not found`, 'NOT_FOUND_ERROR'),
      )
    } finally {
      world.chain.faults.clear()
    }
  })

  it('treats a file without a key for this server as absent, and downloads nothing before it has all records', async () => {
    const id = await world.permit({ files: ['a', 'b'], fileKeys: ['00', ''] })
    const fetched = world.store.requests.length
    expect(await seen(world.post(id))).toEqual(
      refusal(404, `File '${fileIdOf(id, 1)}' not found`, 'NOT_FOUND_ERROR'),
    )
    expect(world.store.requests.slice(fetched).map(({ path }) => path)).toEqual([`/grants/${id}`])
  })
})

describe('2. POST /operations pipeline, step 9: the grant file', () => {
  const outcome = async (grantUrl: string) => seen(world.post(await world.permit({ grantUrl })))
  const failure = (detail: string) => refusal(500, detail, 'FILE_ACCESS_ERROR')

  it('is fetched with the headers of the original', async () => {
    const id = await world.permit()
    await world.post(id)
    const { headers } = world.store.requests.find(({ path }) => path === `/grants/${id}`) ?? { headers: {} }
    expect(headers).toMatchObject({
      'user-agent': 'Vana-Personal-Server/1.0',
      accept: 'application/json',
      'accept-encoding': 'gzip, deflate',
    })
  })

  it('is reported when it is missing', async () => {
    const u = `${world.store.origin}/missing`
    expect(await outcome(u)).toEqual(failure(`Grant file not found at ${u}: Content not found at ${u}`))
  })

  it('is reported when the store limits its rate', async () => {
    const u = world.store.handle('/limited', (_incoming, outgoing) => outgoing.writeHead(429).end())
    expect(await outcome(u)).toEqual(
      failure(`Rate limited retrieving grant file from ${u}: Rate limited at ${u}`),
    )
  })

  it.each([500, 403])('is reported for HTTP %d', async (code) => {
    const u = world.store.handle(`/status/${code}`, (_incoming, outgoing) => outgoing.writeHead(code).end())
    expect(await outcome(u)).toEqual(
      failure(`IPFS error retrieving grant file from ${u}: HTTP error fetching ${u}: ${code}`),
    )
  })

  it.each([
    ['http://127.0.0.1:1/g', /ECONNREFUSED/],
    ['ftp://x/y', /not an HTTP URL/],
    ['ipfs://hash/path', /not an HTTP URL/],
    ['short', /not an HTTP URL/],
    ['http://', /not an HTTP URL/],
    ['', /not an HTTP URL/],
  ])('is reported for the URL %s', async (u, reason) => {
    const { status, json } = await outcome(u)
    const { detail, error_code } = (json as { detail: { detail: string; error_code: string } }).detail
    expect([status, error_code]).toEqual([500, 'FILE_ACCESS_ERROR'])
    expect(detail.startsWith(`IPFS error retrieving grant file from ${u}: Error fetching ${u}: `)).toBe(true)
    expect(detail).toMatch(reason)
  })

  it.each(['<html>', '', '{"a":1,}', Buffer.from([0x22, 0xff, 0x22])])(
    'is reported when it is not JSON: %j',
    async (body) => {
      const u = world.store.put('/no-json', body)
      const { status, json } = await outcome(u)
      const { detail, error_code } = (json as { detail: { detail: string; error_code: string } }).detail
      expect([status, error_code]).toEqual([500, 'FILE_ACCESS_ERROR'])
      const start = `IPFS error retrieving grant file from ${u}: Invalid JSON content from ${u}: `
      expect(detail.startsWith(start)).toBe(true)
    },
  )

  it.each(['{}', 'null', '[]', '0', '""', 'false', '0.0'])(
    'is reported as empty when it is %s',
    async (body) => {
      const u = world.store.put('/empty', body)
      expect(await outcome(u)).toEqual(
        failure(
          `Failed to fetch grant file: Invalid grant file data from ${u}: Empty grant file retrieved from ${u}`,
        ),
      )
    },
  )

  it.each([
    ['5', 'int'],
    ['1.5', 'float'],
    ['true', 'bool'],
  ])('is reported as a value without a length when it is %s', async (body, type) => {
    const u = world.store.put('/bare', body)
    expect(await outcome(u)).toEqual(
      failure(`Failed to fetch grant file: object of type '${type}' has no len()`),
    )
  })

  it('may begin with a byte order mark, have any size, be compressed, and be behind a redirect', async () => {
    const grant = JSON.stringify(grantOf({ prompt: 'x'.repeat(2_000_000) }))
    expect((await outcome(world.store.put('/bom', `\ufeff${grant}`))).status).toBe(202)
    const zipped = gzipSync(grant)
    const u = world.store.put('/gzip', zipped, {
      'content-encoding': 'gzip',
      'content-length': String(zipped.length),
    })
    expect((await outcome(u)).status).toBe(202)
    const redirected = world.store.handle('/there', (_incoming, outgoing) => {
      outgoing.writeHead(302, { location: '/gzip' }).end()
    })
    expect((await outcome(redirected)).status).toBe(202)
  })

  it('is given up after 30 redirects', async () => {
    const u = world.store.handle('/loop', (_incoming, outgoing) => {
      outgoing.writeHead(302, { location: '/loop' }).end()
    })
    const before = world.store.requests.length
    expect(await outcome(u)).toEqual(
      failure(`IPFS error retrieving grant file from ${u}: Error fetching ${u}: Exceeded 30 redirects.`),
    )
    expect(world.store.requests.length - before).toBe(31)
  })

  describe('at an IPFS address', () => {
    let ipfs: World
    let waits: number[] = []

    beforeAll(async () => {
      const gateways = ['/one/', '/two/', '/three/'].map((path) => world.store.origin + path)
      const sleep = async (delayMs: number): Promise<void> => {
        waits.push(delayMs)
      }
      ipfs = await createWorld({ ipfsGateways: gateways, sleep })
    })
    afterAll(() => ipfs.stop())
    const hash = `Qm${'a1'.repeat(22)}`
    const answer = (path: string, status: number, body = '') =>
      world.store.handle(path, (_incoming, outgoing) => outgoing.writeHead(status).end(body))
    const viaIpfs = async (grantUrl: string) => {
      waits = []
      return seen(ipfs.post(await ipfs.permit({ grantUrl })))
    }

    it.each([
      ['a gateway URL', `https://gateway.example/ipfs/${hash}/file.json`],
      ['an ipfs URL', `ipfs://${hash}`],
      ['a bare hash', hash],
      ['a store URL with an IPFS path', `http://127.0.0.1:1/ipfs/${hash}`],
    ])('is read from one gateway after another for %s', async (_name, u) => {
      answer(`/one/${hash}`, 404)
      answer(`/two/${hash}`, 429)
      world.store.put(`/three/${hash}`, JSON.stringify(grantOf()))
      expect((await viaIpfs(u)).status).toBe(202)
      expect(waits).toEqual([])
    })

    it('is waited for longer after each gateway that fails in another way', async () => {
      for (const name of ['one', 'two', 'three']) answer(`/${name}/${hash}`, 500)
      const { status, json } = await viaIpfs(`ipfs://${hash}`)
      expect(status).toBe(500)
      expect(json).toMatchObject({ detail: { error_code: 'FILE_ACCESS_ERROR' } })
      expect(waits).toEqual([1000, 2000])
    })

    it('is not asked for anywhere without gateways', async () => {
      expect(await outcome(`ipfs://${hash}`)).toMatchObject({
        status: 500,
        json: { detail: { error_code: 'FILE_ACCESS_ERROR' } },
      })
    })
  })
})

describe('2. POST /operations pipeline, step 10: validating the grant', () => {
  const outcome = async (grant: unknown) => seen(world.post(await world.permit({ grant })))
  const invalid = (reason: string) =>
    refusal(400, `Grant validation failed: ${reason}`, 'GRANT_VALIDATION_ERROR')
  const schemaFailure = invalid("'NoneType' object has no attribute 'operation'")
  const nowSeconds = Math.floor(Date.now() / 1000)

  it.each<[string, unknown]>([
    ['a list', [1]],
    ['a text', 'grant'],
    ['no grantee', { operation: 'llm_inference', parameters: {} }],
    ['no operation', { grantee: app.address, parameters: {} }],
    ['no parameters', { grantee: app.address, operation: 'llm_inference' }],
    ['another key', grantOf({}, { files: [] })],
    ['a grantee that is not an address', grantOf({}, { grantee: '0x123' })],
    ['a grantee that is not text', grantOf({}, { grantee: 5 })],
    ['an empty operation', grantOf({}, { operation: '' })],
    ['an operation that is not text', grantOf({}, { operation: 1 })],
    ['parameters that are not an object', grantOf([])],
    ['expires below zero', grantOf({}, { expires: -1 })],
    ['expires with a fraction', grantOf({}, { expires: 1.5 })],
    ['expires as text', grantOf({}, { expires: '1' })],
    ['expires as null', grantOf({}, { expires: null })],
    ['expires as true', grantOf({}, { expires: true })],
  ])('fails on the schema for %s', async (_name, grant) => {
    expect(await outcome(grant)).toEqual(schemaFailure)
  })

  it('refuses another operation before it compares grantees', async () => {
    expect(await outcome(grantOf({}, { operation: 'train', grantee: stranger.address }))).toEqual(
      invalid('Only LLM inference is supported'),
    )
  })

  it.each([
    ['another address', stranger.address],
    ['the address in lower case', app.address.toLowerCase()],
  ])('refuses %s as grantee before it checks the expiry', async (_name, grantee) => {
    expect(await outcome(grantOf({}, { grantee, expires: 1 }))).toEqual(
      invalid('App address does not match the app address in the access permissions'),
    )
  })

  it.each([1, nowSeconds - 60])('refuses a grant that expired at %d', async (expires) => {
    expect(await outcome(grantOf({}, { expires }))).toEqual(invalid('Grant has expired'))
  })

  it.each([0, nowSeconds + 3600, 1e30])('accepts a grant that expires at %d', async (expires) => {
    expect((await outcome(grantOf({}, { expires }))).status).toBe(202)
  })

  it('reads 4000000000.0 as an integer', async () => {
    const grant = JSON.stringify(grantOf({}, { expires: 4e9 })).replace('4000000000', '4000000000.0')
    const grantUrl = world.store.put('/float-expiry', grant)
    expect((await seen(world.post(await world.permit({ grantUrl })))).status).toBe(202)
  })
})

describe('2. POST /operations pipeline, step 11: response_format', () => {
  const outcome = async (response_format: unknown) =>
    seen(world.post(await world.permit({ grant: grantOf({ prompt: '{{data}}', response_format }) })))
  const invalid = (reason: string) =>
    refusal(400, `Invalid response_format in grant file: ${reason}`, 'VALIDATION_ERROR')

  it.each([[null], [{ type: 'text' }], [{ type: 'json_object', more: 1 }]])('accepts %j', async (format) => {
    expect((await outcome(format)).status).toBe(202)
  })

  it.each([
    ['json_object', 'str'],
    ['', 'str'],
    [5, 'int'],
    [0, 'int'],
    [1.5, 'float'],
    [true, 'bool'],
    [['text'], 'list'],
  ])('refuses %j, which is not an object', async (format, type) => {
    expect(await outcome(format)).toEqual(invalid(`response_format must be an object, got ${type}`))
  })

  it.each([[{}], [{ type: '' }], [{ type: null }], [{ type: 0 }]])(
    'refuses %j, which has no type',
    async (format) => {
      expect(await outcome(format)).toEqual(invalid("response_format must include a 'type' field"))
    },
  )

  it.each([
    ['json_schema', 'json_schema'],
    [5, '5'],
    [true, 'true'],
  ])('refuses the type %j', async (type, spelled) => {
    expect(await outcome({ type })).toEqual(
      invalid(`response_format.type must be one of ['text', 'json_object'], got '${spelled}'`),
    )
  })
})

describe('2. POST /operations pipeline, step 15: the prompt', () => {
  it.each([
    [5, 'int'],
    [1.5, 'float'],
    [true, 'bool'],
    [null, 'NoneType'],
    [[], 'list'],
    [{}, 'dict'],
  ])('must be text, not %j', async (prompt, type) => {
    const id = await world.permit({ grant: grantOf({ prompt }) })
    expect(await seen(world.post(id))).toEqual(
      refusal(500, `Compute operation failed: '${type}' object has no attribute 'replace'`, 'COMPUTE_ERROR'),
    )
  })

  it('may be missing', async () => {
    expect((await world.post(await world.permit({ grant: grantOf({}) }))).status).toBe(202)
  })
})
