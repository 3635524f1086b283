import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  ModelError,
  type ModelProvider,
  type ModelRequest,
} from '../../src/testbed/personal-server/model-provider.ts'
import { applicationError, createWorld, grantOf, type World } from './world.fixture.ts'

const asked: ModelRequest[] = []
let refusal: ModelError | undefined
let world: World

const provider: ModelProvider = {
  async create(request) {
    if (refusal !== undefined) throw refusal
    asked.push(request)
    const createdAt = '2025-09-05T00:00:00.000001Z'
    return { id: 'given', status: 'starting', createdAt, startedAt: null, finishedAt: null, output: null }
  },
  get: async () => Promise.reject(new Error('not asked')),
  cancel: async () => Promise.reject(new Error('not asked')),
}

beforeAll(async () => {
  world = await createWorld({ provider })
})
afterAll(() => world.stop())

const ask = async (parameters: object, files: string[]): Promise<ModelRequest> => {
  const id = await world.permit({ grant: grantOf(parameters), files })
  expect((await world.post(id)).status).toBe(202)
  const request = asked.at(-1)
  if (request === undefined) throw new Error('nothing was asked')
  return request
}

describe('4. File handling: requests to the provider', () => {
  it('have the prompt with the data of every file in order; the provider sets id and time', async () => {
    const id = await world.permit({ grant: grantOf({ prompt: 'Say {{data}}!' }), files: ['one', 'two'] })
    expect((await world.post(id)).json).toEqual({
      kind: 'OperationCreated',
      id: 'given',
      created_at: '2025-09-05T00:00:00.000001Z',
    })
    const dashes = '-'.repeat(400)
    expect(asked.at(-1)).toEqual({
      prompt: `Say \none${dashes}\ntwo\n${dashes}\n!`,
      promptTemplate: 'Say {{data}}!',
      files: ['one', 'two'].map((text) => new TextEncoder().encode(text)),
      permissionId: String(id),
    })
  })

  it('have unchanged files: byte order marks, line endings, empty files', async () => {
    const { prompt } = await ask({ prompt: '{{data}}' }, ['\ufeffa\r\nb\r', ''])
    expect(prompt.startsWith(`\n\ufeffa\r\nb\r${'-'.repeat(400)}\n\n`)).toBe(true)
  })

  it('have no data if the template has no placeholder', async () => {
    expect((await ask({ prompt: 'nothing' }, ['secret'])).prompt).toBe('nothing')
    expect((await ask({}, ['secret'])).prompt).toBe('')
  })

  it('have an instruction of 499 characters after the data in JSON mode', async () => {
    const response_format = { type: 'json_object' }
    const { prompt } = await ask({ prompt: '{{data}}', response_format }, ['x'.repeat(90_000)])
    expect(prompt).toHaveLength(75_499)
  })

  it('fail with the message of the provider’s client', async () => {
    refusal = new ModelError({ title: 'Insufficient credit', status: 402, detail: 'No credit.' })
    try {
      const { status, json } = await world.post(await world.permit())
      expect(status).toBe(500)
      expect(json).toEqual(
        applicationError(
          'Compute operation failed: ReplicateError Details:\ntitle: Insufficient credit\nstatus: 402\ndetail: No credit.',
          'COMPUTE_ERROR',
        ),
      )
    } finally {
      refusal = undefined
    }
  })
})
