import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createIdentityDerivation } from '../../src/testbed/personal-server/identity.ts'
import type { ProfileName } from '../../src/testbed/personal-server/profile.ts'
import { fileKeyOf } from './chain.fixture.ts'
import { encryptPgp, seal } from './seal.fixture.ts'
import {
  app,
  createWorld,
  fileIdOf,
  granteeId,
  grantOf,
  mnemonic,
  stranger,
  user,
  type World,
} from './world.fixture.ts'

const server = createIdentityDerivation(mnemonic)(user.address)

/** One fault of the request, its answer while everything before it is right, and its repair. */
type Rung = {
  wrong: string
  status: number
  says: RegExp
  mend(world: World, id: bigint): void | Promise<void>
}

/**
 * A request and a permission with every fault at once. Each rung repairs the fault of its answer, so each failure is seen
 * to come before all later ones.
 */
const ladderOf = (profile: ProfileName) => {
  const request: Record<string, unknown> = { app_signature: 5, operation_request_json: '{}' }
  let signer = stranger
  const sign = async (text: string): Promise<void> => {
    request.operation_request_json = text
    request.app_signature = await signer.signMessage({ message: text })
  }
  const grant: Record<string, unknown> = {
    grantee: app.address.toLowerCase(),
    operation: 'train',
    parameters: { prompt: 5, response_format: 'json' },
    expires: 1,
    more: 1,
  }
  const storeGrant = (world: World, id: bigint): void =>
    void world.store.put(`/ladder/${id}`, JSON.stringify(grant))
  const strict = profile === 'head-2025-10-17'
  // The later profile refuses some faults earlier, so they need another form.
  const rungs: Rung[] = [
    {
      wrong: 'the body',
      status: 422,
      says: /string_type/,
      mend: () => {
        request.app_signature = strict ? `0x${'00'.repeat(65)}` : 'no signature'
        request.operation_request_json = '{"permission_id":0,"more":1}'
      },
    },
    {
      wrong: 'operation_request_json',
      status: 400,
      says: /"VALIDATION_ERROR_OPERATION_REQUEST_JSON"/,
      mend: () => {
        request.operation_request_json = '{"permission_id":0}'
      },
    },
    {
      wrong: 'permission_id',
      status: 400,
      says: /"VALIDATION_ERROR_PERMISSION_ID"/,
      mend: () => {
        request.operation_request_json = '{"permission_id":null}'
      },
    },
    {
      wrong: 'the type of permission_id',
      status: 500,
      says: /"INTERNAL_SERVER_ERROR"/,
      mend: (_world, id) => {
        request.operation_request_json = `{"permission_id":${id}}`
      },
    },
    {
      wrong: 'the signature',
      status: 401,
      says: /Invalid signature or unable to recover app address/,
      mend: (_world, id) => sign(`{"permission_id":${id}}`),
    },
    {
      wrong: 'the permission',
      status: 404,
      says: /Permission '\d+' not found/,
      mend: (world) => void world.chain.faults.delete('permissions'),
    },
    {
      wrong: 'the files of the permission',
      status: 400,
      says: /No file IDs found in permission/,
      mend: (world, id) => {
        const row = world.chain.permissions.get(id)
        if (row !== undefined) row.fileIds = [fileIdOf(id, 0), fileIdOf(id, 1)]
      },
    },
    {
      wrong: 'the grantee',
      status: 404,
      says: /Grantee '5' not found/,
      mend: (world) => void world.chain.faults.delete('grantees'),
    },
    {
      wrong: 'the signer',
      status: 401,
      says: /does not match on-chain grantee address/,
      mend: (_world, id) => {
        signer = app
        return sign(`{"permission_id":${id}}`)
      },
    },
    { wrong: 'the grant', status: 500, says: /Grant file not found/, mend: storeGrant },
    {
      wrong: 'the schema of the grant',
      status: 400,
      says: /Grant validation failed: 'NoneType' object has no attribute 'operation'/,
      mend: (world, id) => {
        delete grant.more
        storeGrant(world, id)
      },
    },
    {
      wrong: 'the operation of the grant',
      status: 400,
      says: /Only LLM inference is supported/,
      mend: (world, id) => {
        grant.operation = 'llm_inference'
        storeGrant(world, id)
      },
    },
    {
      wrong: 'the grantee of the grant',
      status: 400,
      says: /App address does not match/,
      mend: (world, id) => {
        grant.grantee = app.address
        storeGrant(world, id)
      },
    },
    {
      wrong: 'the expiry of the grant',
      status: 400,
      says: /Grant has expired/,
      mend: (world, id) => {
        delete grant.expires
        storeGrant(world, id)
      },
    },
    {
      wrong: 'response_format',
      status: 400,
      says: /Invalid response_format in grant file/,
      mend: (world, id) => {
        grant.parameters = { prompt: 5 }
        storeGrant(world, id)
      },
    },
    {
      wrong: 'the key of the last file',
      status: 404,
      says: /File '\d+01' not found/,
      mend: (world, id) => {
        world.chain.fileKeys.set(fileKeyOf(fileIdOf(id, 1), server.address), 'zz')
      },
    },
    {
      wrong: 'the first file',
      status: 500,
      says: /"Failed to download file from [^"]*\/0:.*"FILE_ACCESS_ERROR"/,
      mend: (world, id) => void world.store.put(`/ladder/${id}/0`, 'no message'),
    },
    {
      wrong: 'the key of the first file',
      status: 500,
      says: /Failed to decrypt file \d+00: Failed to decrypt with wallet private key/,
      mend: (world, id) => {
        world.chain.fileKeys.set(fileKeyOf(fileIdOf(id, 0), server.address), seal('p', server.publicKey))
      },
    },
    {
      wrong: 'the message in the first file',
      status: 500,
      says: /Failed to decrypt user data: Decryption failed: no data was provided/,
      mend: async (world, id) =>
        void world.store.put(`/ladder/${id}/0`, await encryptPgp(Buffer.from([0xff]), 'p')),
    },
    {
      wrong: 'the text of the first file',
      status: 500,
      says: /'utf-8' codec can't decode/,
      mend: async (world, id) => void world.store.put(`/ladder/${id}/0`, await encryptPgp('a', 'p')),
    },
    {
      wrong: 'the second file',
      status: 500,
      says: /"Failed to download file from [^"]*\/1:/,
      mend: async (world, id) => {
        world.store.put(`/ladder/${id}/1`, await encryptPgp('b', 'p'))
        world.chain.fileKeys.set(fileKeyOf(fileIdOf(id, 1), server.address), seal('p', server.publicKey))
      },
    },
    {
      wrong: 'the prompt',
      status: 500,
      says: /"Compute operation failed: .*"COMPUTE_ERROR"/,
      mend: (world, id) => {
        grant.parameters = { prompt: '{{data}}' }
        storeGrant(world, id)
      },
    },
    { wrong: 'nothing', status: 202, says: /"OperationCreated"/, mend: () => {} },
  ]
  return { request, rungs }
}

describe.each<ProfileName>(['main-2025-09-05', 'head-2025-10-17'])(
  '2. POST /operations pipeline, in order: %s',
  (profile) => {
    let world: World

    beforeAll(async () => {
      world = await createWorld({ profile })
    })
    afterAll(() => world.stop())

    it('reaches each failure only when everything before it is right', async () => {
      const { request, rungs } = ladderOf(profile)
      const id = await world.permit({ fileIds: [], fileKeys: ['zz'] })
      const row = world.chain.permissions.get(id)
      if (row === undefined) throw new Error('no permission')
      row.grant = `${world.store.origin}/ladder/${id}`
      row.granteeId = granteeId
      for (const index of [0, 1]) {
        world.chain.fileUrls.set(fileIdOf(id, index), `${world.store.origin}/ladder/${id}/${index}`)
      }
      world.chain.faults.set('permissions', 'revert').set('grantees', 'revert')
      for (const { wrong, status, says, mend } of rungs) {
        const answer = await world.request('/api/v1/operations', {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(request),
        })
        expect([wrong, answer.status]).toEqual([wrong, status])
        expect(answer.text).toMatch(says)
        await mend(world, id)
      }
    })

    it('limits the rate after it has read the body and before any other check', async () => {
      const limited = await createWorld({ profile, rateLimits: { operationsPerHour: 0 } })
      try {
        expect((await limited.request('/api/v1/operations', { method: 'POST', body: '{}' })).status).toBe(422)
        expect((await limited.post('{"permission_id":0}')).status).toBe(429)
        expect((await limited.post('{"permission_id":1,"more":1}')).status).toBe(429)
      } finally {
        await limited.stop()
      }
    })

    it('accepts a complete request', async () => {
      const grant = grantOf({ prompt: '{{data}}', response_format: { type: 'json_object' } })
      expect((await world.post(await world.permit({ grant, files: ['a', 'b', 'c'] }))).status).toBe(202)
    })
  },
)
